-- Agents' records, and which of the ready ones is first.

local function agent_of(id)
  local record = call('HGET', AGENTS, id)
  return record and cjson.decode(record)
end

-- The ready agents of a line stand by a rank and, of equal rank, by idle time, the longest first.
-- Behind all others stands who has let the last offers ring in vain, the most in a row last: under
-- longest_idle by idling anew, under round_robin by having been offered them. The place is found when
-- the agent becomes ready, and kept in the record's `keys`, line -> missed, rank and idle time: what
-- is written here leads back to the entry in `ready`, whatever the file says meanwhile.
--   longest_idle      all are of one rank, and there are no keys
--   fewest_calls      how many calls of the queue the agent has answered since the login (`calls`)
--   round_robin       when the queue last offered the agent a call, else the login: who was offered
--                     one longest ago comes first, whatever came of it (`offered`)
--   least_occupied    how many thousandths of the time since the login went into conversations and
--                     after-call work until the agent became ready (`occupied`, ms; `occupancy`)
--   best_skill        how far the agent's skills lie below the highest level of what the line
--                     requires, all together
--   weighted_random   the rank of the last one drawn in the line, plus an exponential time of mean
--                     1 / weight. What is left of such a time does not depend on what is over: each
--                     draw takes each of the ready with exactly the chance of their share of
--                     all weights, whenever they came
-- What a queue counts is kept under any strategy: one that is set later knows the past.

local WORKED = {talking = true, wrapup = true}
local ONE = 1000000 -- the mean of what is drawn for a weight of 1

local function queue_of(line)
  return string.match(line, '^[^|]*')
end

-- {queue -> strategy} of these queues without those of the longest idle, nil: no other.
local function strategies_of(queues)
  local found
  for i, kept in ipairs(call('HMGET', STRATEGIES, unpack(queues))) do
    local strategy = kept and string.match(kept, '^[^|]*')
    if strategy and strategy ~= 'longest_idle' then
      found = found or {}
      found[queues[i]] = strategy
    end
  end
  return found
end

-- {queue -> weight} of these queues without those of 1, nil: no other.
local function weights_of(queues)
  local found
  for i, kept in ipairs(#queues > 1 and call('HMGET', STRATEGIES, unpack(queues)) or {}) do
    local weight = kept and string.match(kept, '|(%d+)')
    if weight and weight ~= '1' then
      found = found or {}
      found[queues[i]] = tonumber(weight)
    end
  end
  return found
end

-- Those of a queue beside the plain one: {{line, requirement}…}.
local function lines_beside(queue)
  local found = call('ZRANGE', LINES, '[' .. queue .. '|+', '(' .. queue .. '|,', 'BYLEX')
  for i = 1, #found do found[i] = {string.match(found[i], '^([^|]*|[^|]*)|(.*)$')} end
  return found
end

-- Chance without entropy: the number of offers, the agent, the line and the time give it.
local function draw(id, agent, line)
  local drawn = 0
  if count(READY, line) == 0 then
    call('HDEL', STRATEGIES, 'drawn|' .. line)
  else
    drawn = tonumber(call('HGET', STRATEGIES, 'drawn|' .. line) or 0)
  end
  local seed = string.format('%s|%d|%s|%s', call('GET', OFFERS) or 0, agent.since, line, id)
  local chance = (tonumber(string.sub(redis.sha1hex(seed), 1, 12), 16) + 0.5) / 2 ^ 48
  return drawn + math.ceil(-math.log(chance) * ONE / (agent.weight or 1))
end

local function below_best(agent, requirement)
  local below = 0
  for skill in string.gmatch(requirement or '', '(%S+)>=') do
    if agent.skills and agent.skills[skill] then below = below + 10 - agent.skills[skill] end
  end
  return below
end

-- `requirement` is that of the line, nil where the queue's strategy does not ask for it.
local function key_of(id, agent, line, strategy, requirement)
  local queue, missed, rank = queue_of(line), agent.missed or 0, 0
  if strategy == 'fewest_calls' then
    rank = agent.calls and agent.calls[queue] or 0
  elseif strategy == 'round_robin' then
    rank, missed = agent.offered and agent.offered[queue] or agent.login or 0, 0
  elseif strategy == 'least_occupied' then
    rank = agent.occupancy or 0
  elseif strategy == 'best_skill' then
    rank = below_best(agent, requirement)
  else
    rank = draw(id, agent, line)
  end
  return string.format('%02d%014d%014d', missed, rank, agent.idle)
end

local function find_keys(id, agent, strategies)
  local requirement_of = {}
  for queue, strategy in pairs(strategies) do
    for _, other in ipairs(strategy == 'best_skill' and lines_beside(queue) or {}) do
      requirement_of[other[1]] = other[2]
    end
  end
  agent.keys = {}
  for _, line in ipairs(lines_of(agent)) do
    local strategy = strategies[queue_of(line)]
    if strategy then
      agent.keys[line] = key_of(id, agent, line, strategy, requirement_of[line])
    end
  end
end

-- The entry in `ready` of an agent who has found their keys.
local function standing(line, id, agent)
  local key = agent.keys and agent.keys[line]
  return key and line .. '|' .. key .. '|' .. id or entry(line, agent.idle, id)
end

-- The first of the ready agents of a line, nil when there is none.
local function first_ready(line)
  local found = first_between(READY, bounds(line))
  return found and string.match(found, '|%d+|(.*)')
end

-- The agent was the first of the line and is taken.
local function drawn_in(line, agent)
  local key, queue = agent.keys and agent.keys[line], queue_of(line)
  local strategies = key and strategies_of({queue})
  if strategies and strategies[queue] == 'weighted_random' then
    call('HSET', STRATEGIES, 'drawn|' .. line, string.sub(key, 3, 16))
  end
end
