-- acd/estimate.py makes a waiting time of it.
--   capacity|queue   how many agents work for the queue, in millionths of one: an agent of several
--                    queues counts for each by the share of their time that it took lately
--   service|queue    `mean|rang|number`: for how long (ms) one contact keeps an agent, from the
--                    offer until the next may come, and for how long of it the phone rings; of so
--                    many contacts, older ones fade
--   agent|agent      JSON queue -> service (ms) of the agent's last contacts, older ones fade

local WHOLE = 1000000
local REMEMBERED = 50 -- contacts
local UNSEEN = 60000 -- so long (ms) an agent is thought to have served each queue beforehand
local WORKS = {ready = true, reserved = true, talking = true, wrapup = true}

local function lines_of(agent)
  return agent.lines or agent.queues
end

-- The agent adds these shares to the capacity of their queues from here on; nil: nothing. Who waits
-- for this agent, or for those of whom this was the last, is led on by the next sweep.
local function give(agent, shares)
  local before = agent.shares
  for i, queue in ipairs(agent.queues) do
    local more = (shares and shares[i] or 0) - (before and before[i] or 0)
    if more ~= 0 and call('HINCRBY', PACE, 'capacity|' .. queue, more) == 0 then
      call('HDEL', PACE, 'capacity|' .. queue)
    end
  end
  agent.shares = shares
  if not before or shares then return end
  local lines = lines_of(agent)
  for i = #agent.queues + 1, #lines do
    if string.find(lines[i], '|+@', 1, true) then
      call('ZADD', DUE, agent.since, 'empty|' .. lines[i])
    end
  end
end

-- Whether anybody works for a queue.
local function is_served(queue)
  return call('HEXISTS', PACE, 'capacity|' .. queue) == 1
end

-- A share for each queue of the agent, WHOLE together at most.
local function shares_of(id, agent)
  if #agent.queues == 1 then return {WHOLE} end
  local kept = call('HGET', PACE, 'agent|' .. id)
  local times, shares, sum = kept and cjson.decode(kept) or {}, {}, 0
  for i, queue in ipairs(agent.queues) do
    shares[i] = UNSEEN + (times[queue] or 0)
    sum = sum + shares[i]
  end
  for i, time in ipairs(shares) do shares[i] = math.floor(WHOLE * time / sum) end
  return shares
end

local function count_service(id, agent, spent)
  local kept = call('HGET', PACE, 'service|' .. agent.serves)
  local mean, rang, number = string.match(kept or '0|0|0', '^(%d+)|(%d+)|(%d+)$')
  number = math.min(number + 1, REMEMBERED)
  call('HSET', PACE, 'service|' .. agent.serves, string.format('%.0f|%.0f|%d',
    mean + (spent - mean) / number, rang + (agent.rang - rang) / number, number))

  if #agent.queues == 1 then return end
  local times = call('HGET', PACE, 'agent|' .. id)
  times = times and cjson.decode(times) or {}
  local fresh = {}
  for _, queue in ipairs(agent.queues) do
    fresh[queue] = math.floor((times[queue] or 0) * (1 - 1 / REMEMBERED))
  end
  fresh[agent.serves] = (fresh[agent.serves] or 0) + spent
  call('HSET', PACE, 'agent|' .. id, cjson.encode(fresh))
end

-- Before the agent comes into a state. `queue` is that of the conversation that begins.
local function keep_pace(id, agent, state, now, queue)
  local served = agent.began and state ~= 'wrapup'
  if served then
    count_service(id, agent, span(agent.began, now))
    agent.serves, agent.began, agent.rang = nil, nil, nil
  elseif state == 'talking' and queue then
    agent.serves, agent.began, agent.rang = queue, agent.since, span(agent.since, now)
  end
  local works = WORKS[state] and not agent.after and not agent.gone
  if works and (served or not agent.shares) then
    give(agent, shares_of(id, agent))
  elseif agent.shares and not works then
    give(agent, nil)
  end
end
