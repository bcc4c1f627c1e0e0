-- What the ACD's scripts share. acd/linking.py puts in front of each what it uses of this text and
-- of steps.lua.
--
-- Signature of every script: EVALSHA sha 22 <the keys below, in order> now [arguments…]
--   now   epoch milliseconds; no script reads a clock
-- A script makes one whole transition, events included, or replies with an error and changes
-- nothing. An error's first word is a code that acd/script.py knows.
--
-- A queue consists of lines, one for each set of skills that contacts require there. Its plain line,
-- where nothing is required, has the queue's name; the others are called `queue|+digest`. An agent
-- is in every line whose skills they have, so that the first of a line who waits and the first who
-- is ready are a pair: no search, whatever anybody requires. Who of the ready is first, the strategy
-- of the line's queue decides.
--
-- Key map. One organisation has these keys and no others; {org} is their hash tag. An index entry
-- is `line|time|id` with score 0 and a time of 14 digits, so that one sorted set serves all lines:
-- the first, the count and the rank within a line each cost O(log n). No name begins with '+' or
-- what comes before it: a queue's entries stand together, line by line, the plain line last.
--   events     STREAM  what happened (store/events.py has the vocabulary)
--   contacts   HASH    contact -> JSON {queue, arrived, effective, state, owner, ring, wrapup,
--                      offer, agent, expires, answered, expected, began (the queue from which a
--                      supervisor has moved it)}; states: waiting, reserved, talking, orphan.
--                      hold: so long (ms) its agent wraps up who gives no result; absent: none need.
--                      held, since when its agent has it hold.
--                      While its agent consults somebody: consult, {offer (a number of its own),
--                      agent (nil: somebody outside), joined (all three talk)}.
--                      With skills: line, its line's `+digest`, absent in the plain one; relax, the
--                      lines that it is going to, [[when, `+digest` or ''…]…], absent when none;
--                      instead, the lines to which it goes on where nobody works for this one, in
--                      this order, absent when none (those of a later step stand behind its line)
--                      A callback has {callback (its source), number, language, answers, consent,
--                      due, promised, rules, attempt, dialled, live, cancelled} too, and the state
--                      scheduled: not in line before `due`. Owner '' is nobody.
--   agents     HASH    agent -> JSON {phone, node, queues, state, reason, since, idle, contact, after,
--                      shares, serves, began, rang}; the logged in only. An agent has one contact at
--                      a time: it is offered to who stands in `ready`, and move_agent takes them out
--                      of it until it is over. A capacity for each channel would be held there.
--                      node: where the phone is, absent when no node has said so. login: when; with
--                      weight, keys, offered, calls, occupied, occupancy: see “Strategies”. With
--                      skills: skills {name: level}; backup {queue: true}, those that they help
--                      out; lines, all of them, absent when these are the queues' plain ones.
--                      missed: offers in a row that rang in vain. last: whom the agent talks with or
--                      talked to last, {contact, queue, began, result, owed (while a result is due:
--                      when the wrap-up would end without that)}. While the phone cannot be rung:
--                      away, `in_use` or `unreachable`; stood, since when that has kept the ready
--                      agent from being offered anything; gone, once they count as a member no more.
--                      calling {call, answered}: a call of their own; never beside a contact, and
--                      their phone is away meanwhile
--   waiting    ZSET    `line|effective arrival|contact` of the contacts that can be offered
--   heads      HASH    line -> `effective arrival|contact` of the first in `waiting`, kept with it;
--                      of the lines beside the plain ones. One command reads those of an agent
--   arrivals   ZSET    `queue|arrival|contact` of all callers whom nobody has answered yet
--   ready      ZSET    `line|idle since|agent`, one entry for each of the agent's lines; of those
--                      whose phone can be rung. Where the queue's strategy is another than
--                      longest_idle: `line|missed, rank and idle since, 30 digits|agent`
--   members    ZSET    `line|agent` of the logged in whose phone is not gone, likewise
--   states     ZSET    agent, scored by state, or by phone_away
--   owned      ZSET    `controller|contact`
--   due        ZSET    what time alone will change, scored by when: `controller|name` its lease,
--                      `offer|contact`, `orphan|contact`, `callback|contact`, `wrapup|agent`,
--                      `phone|agent` gone then, `relax|contact` its next line, `line|line` in which
--                      nobody stands, `empty|line` for which perhaps nobody works any more,
--                      `node|node` its lease, `lost|node` when the conversations of a dead one end
--   adrift     SET     contacts (orphan or talking) whose controller is dead
--   phones     HASH    phone -> agent
--   offers     STRING  number of the newest offer
--   pins       HASH    agent -> `wrong PINs in a row|locked until`
--   callbacks  ZSET    `queue|promised|contact` of the callbacks that nobody has answered yet;
--                      promised is the chosen time, without one the arrival in the queue
--   numbers    HASH    number -> contact of its callback in `callbacks`
--   lines      ZSET    `line|requirement` of the lines beside the plain ones; a requirement is
--                      `skill>=level` of each skill by name, with spaces between; `@4001` is a
--                      skill that agent 4001 has and nobody else, `@` one that all have but those
--                      who help the queue out. A line that asks for either begins with `+@`
--   holders    HASH    line -> how many contacts that nobody has answered are in it or going to it
--   pace       HASH    what waiting times are estimated from: `capacity|queue`, `service|queue`,
--                      `agent|agent`; see “Pace” below
--   devices    HASH    phone -> `node=state…`, what each node's Asterisk said last, the newest first;
--                      of the others nothing is known
--   strategies HASH    queue -> `strategy|weight` as the organisation's file has it, absent when
--                      `longest_idle|1`; `drawn|line` -> rank of the last agent drawn there
-- Pub/sub: `vaxel:offers:<controller>` carries the contact of each offer to the contact's owner;
-- `callback|contact` where the caller is not on the line and has to be called.

local EVENTS, CONTACTS, AGENTS, WAITING, HEADS, ARRIVALS, READY, MEMBERS, STATES, OWNED, DUE,
  ADRIFT, PHONES, OFFERS, PINS, CALLBACKS, NUMBERS, LINES, HOLDERS, PACE, DEVICES,
  STRATEGIES = unpack(KEYS)
local call = redis.call

local STREAM_LIMIT = 1000000
local LEASE = 10000 -- a controller that does not renew for so long (ms) is dead
local GRACE = 15000 -- so long (ms) a dead controller's contact is kept for the next one
local MARGIN = 5000 -- so long (ms) after its ring time an offer may still be reported answered
local START = 10000 -- so long (ms) an agent is held for a callback that nobody begins to dial
local KEPT = 600000 -- so long (ms) a line is kept in which nobody stands

local SCORE = {ready = 1, reserved = 2, talking = 3, wrapup = 4, paused = 5, phone_away = 6}
local PAUSED_AS = {no_answer = 'not_answering', busy = 'busy', unreachable = 'unreachable'}

-- contact, queue, agent: '' where they do not apply. Then the event's own fields, name and value.
local function event(kind, now, contact, queue, agent, ...)
  local fields = {'type', kind, 'at', now}
  local n = 4
  if contact ~= '' then fields[n + 1], fields[n + 2], n = 'contact', contact, n + 2 end
  if queue ~= '' then fields[n + 1], fields[n + 2], n = 'queue', queue, n + 2 end
  if agent ~= '' then fields[n + 1], fields[n + 2], n = 'agent', agent, n + 2 end
  for i = 1, select('#', ...) do fields[n + i] = select(i, ...) end
  call('XADD', EVENTS, 'MAXLEN', '~', STREAM_LIMIT, '*', unpack(fields))
end

-- The pairs that have a value, for the end of an event's fields.
local function known(name, value, ...)
  if not name then return end
  if value then return name, value, known(...) end
  return known(...)
end

-- Clocks of two machines may differ a little, and a clock may be set back.
local function span(from, till)
  return math.max(0, till - from)
end

-- Indexes -----------------------------------------------------------------------------------

local function entry(line, time, id)
  return string.format('%s|%014d|%s', line, time, id)
end

-- What stands in one line lies between these two: '}' comes after '|', and ',' after '+', with
-- which the other lines of the queue begin.
local function bounds(line)
  return '[' .. line .. '|,', '(' .. line .. '}'
end

local function count(index, line)
  return call('ZLEXCOUNT', index, bounds(line))
end

local function first_between(index, from, till)
  return call('ZRANGE', index, from, till, 'BYLEX', 'LIMIT', 0, 1)[1]
end

-- The first entry of a line as (id, time), nil when it is empty.
local function first(index, line)
  local found = first_between(index, bounds(line))
  if not found then return nil end
  local time = #line + 2
  return string.sub(found, time + 15), tonumber(string.sub(found, time, time + 13))
end

-- The lines between two bounds in which somebody waits and somebody is ready, each as {line, the
-- first contact, its effective arrival, the first agent}. The two indexes leapfrog over whoever has
-- no counterpart: where nobody waits, or nobody is ready, that is one step, however many lines.
local function servable(from, till)
  local found = {}
  while true do
    local ready = first_between(READY, from, till)
    if not ready then return found end
    local line, agent = string.match(ready, '^(.-)|%d+|(.*)')
    local waits = first_between(WAITING, '[' .. line .. '|,', till)
    if not waits then return found end
    local other, since, contact = string.match(waits, '^(.-)|(%d+)|(.*)')
    if other == line then
      found[#found + 1] = {line = line, contact = contact, since = tonumber(since), agent = agent}
      if till == '(' .. line .. '}' then return found end
      from = '[' .. line .. '}'
    else
      from = bounds(other)
    end
  end
end

-- Controllers -------------------------------------------------------------------------------

local function alive(controller)
  return call('ZSCORE', DUE, 'controller|' .. controller)
end

local function contacts_of(controller)
  local found = call('ZRANGE', OWNED, '[' .. controller .. '|', '(' .. controller .. '}', 'BYLEX')
  for i = 1, #found do found[i] = string.sub(found[i], #controller + 2) end
  return found
end

-- Contacts ----------------------------------------------------------------------------------

local function contact_of(id)
  local record = call('HGET', CONTACTS, id)
  return record and cjson.decode(record)
end

-- Whether there is a call of the contact; a callback has one once its caller has picked up.
local function on_line(contact)
  return contact.live or not contact.callback
end

-- The line of a queue that a record names so.
local function line_by(queue, digest)
  return digest and digest ~= '' and queue .. '|' .. digest or queue
end

local function line_of(contact)
  return line_by(contact.queue, contact.line)
end

local function set_head(line)
  local found = first_between(WAITING, bounds(line))
  if found then
    call('HSET', HEADS, line, string.sub(found, #line + 2))
  else
    call('HDEL', HEADS, line)
  end
end

local function enter_waiting(id, contact)
  local line = line_of(contact)
  call('ZADD', WAITING, 0, entry(line, contact.effective, id))
  if line == contact.queue then return end
  local head = call('HGET', HEADS, line)
  if not head or contact.effective <= tonumber(string.sub(head, 1, 14)) then set_head(line) end
end

local function leave_waiting(id, contact)
  local line = line_of(contact)
  call('ZREM', WAITING, entry(line, contact.effective, id))
  if line ~= contact.queue and string.sub(call('HGET', HEADS, line), 16) == id then
    set_head(line)
  end
end

-- One contact fewer is in the line or going to it. The plain line needs no holder.
local function let_go(contact, line, now)
  if line ~= contact.queue and call('HINCRBY', HOLDERS, line, -1) == 0 then
    call('ZADD', DUE, now + KEPT, 'line|' .. line)
  end
end

-- The contact is no longer one of those whom nobody has answered.
local function uncount(id, contact, now)
  let_go(contact, line_of(contact), now)
  for _, digest in ipairs(contact.instead or {}) do
    let_go(contact, line_by(contact.queue, digest), now)
  end
  if contact.relax then
    call('ZREM', DUE, 'relax|' .. id)
    for _, step in ipairs(contact.relax) do
      for i = 2, #step do let_go(contact, line_by(contact.queue, step[i]), now) end
    end
  end
  if contact.callback then
    call('ZREM', CALLBACKS, entry(contact.queue, contact.promised, id))
    call('HDEL', NUMBERS, contact.number)
  else
    call('ZREM', ARRIVALS, entry(contact.queue, contact.arrived, id))
  end
end

-- Out of the place that its state gives it, into that of another: the only way to change one.
local function move_contact(id, contact, state, now)
  local was = contact.state
  if was == 'waiting' then
    leave_waiting(id, contact)
  elseif was == 'reserved' then
    call('ZREM', DUE, 'offer|' .. id)
  elseif was == 'orphan' then
    call('ZREM', DUE, 'orphan|' .. id)
    call('SREM', ADRIFT, id)
  elseif was == 'scheduled' then
    call('ZREM', DUE, 'callback|' .. id)
  elseif was == 'talking' then
    call('SREM', ADRIFT, id)
  end

  contact.state = state
  if state == 'gone' then
    call('HDEL', CONTACTS, id)
    if was ~= 'talking' then uncount(id, contact, now) end
    call('ZREM', OWNED, contact.owner .. '|' .. id)
    return
  elseif state == 'waiting' then
    enter_waiting(id, contact)
  elseif state == 'reserved' then
    call('ZADD', DUE, contact.expires, 'offer|' .. id)
  elseif state == 'orphan' then
    call('ZADD', DUE, now + GRACE, 'orphan|' .. id)
    call('SADD', ADRIFT, id)
  elseif state == 'scheduled' then
    call('ZADD', DUE, contact.due, 'callback|' .. id)
  elseif state == 'talking' then
    uncount(id, contact, now)
    if not alive(contact.owner) then call('SADD', ADRIFT, id) end
  end
  call('HSET', CONTACTS, id, cjson.encode(contact))
end

local function own_contact(id, contact, controller)
  call('ZREM', OWNED, contact.owner .. '|' .. id)
  call('ZADD', OWNED, 0, controller .. '|' .. id)
  contact.owner = controller
end

local function unpair(contact)
  contact.offer, contact.agent, contact.expires = nil, nil, nil
end

-- A callback without a call is nobody's: any controller's match may take it.
local function hand_back(id, contact, state, now)
  contact.dialled, contact.live = nil, nil
  own_contact(id, contact, '')
  move_contact(id, contact, state, now)
end

local function line_up(id, contact, now)
  unpair(contact)
  -- Nobody has looked whether anybody works there as long as it did not wait.
  if contact.instead then call('ZADD', DUE, now, 'empty|' .. line_of(contact)) end
  if not on_line(contact) then return hand_back(id, contact, 'waiting', now) end
  move_contact(id, contact, alive(contact.owner) and 'waiting' or 'orphan', now)
end

-- One that was thought dead gets back what nobody else has taken up.
local function extend_lease(controller, now)
  local lapsed = not alive(controller)
  call('ZADD', DUE, now + LEASE, 'controller|' .. controller)
  if lapsed then
    for _, id in ipairs(contacts_of(controller)) do
      local contact = contact_of(id)
      if contact.state == 'orphan' then line_up(id, contact, now) end
      call('SREM', ADRIFT, id)
    end
  end
end

-- Pace --------------------------------------------------------------------------------------
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

-- Agents ------------------------------------------------------------------------------------

local function agent_of(id)
  local record = call('HGET', AGENTS, id)
  return record and cjson.decode(record)
end

-- Strategies --------------------------------------------------------------------------------
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
    local weight = kept and string.match(kept, '|(.*)')
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

-- States of agents --------------------------------------------------------------------------

-- All at once: a command costs more than what it does. No more than Lua can hand over, either.
local function give_all(command, index, arguments)
  for i = 1, #arguments, 1000 do
    call(command, index, unpack(arguments, i, math.min(i + 999, #arguments)))
  end
end

-- What the agent is counted as.
local function score_of(agent)
  return SCORE[agent.state == 'ready' and agent.away and 'phone_away' or agent.state]
end

local function enter_ready(id, agent)
  local strategies, scored = strategies_of(agent.queues), {}
  if strategies then find_keys(id, agent, strategies) end
  for _, line in ipairs(lines_of(agent)) do
    scored[#scored + 1], scored[#scored + 2] = 0, standing(line, id, agent)
  end
  give_all('ZADD', READY, scored)
end

local function leave_ready(id, agent)
  local entries = {}
  for i, line in ipairs(lines_of(agent)) do entries[i] = standing(line, id, agent) end
  give_all('ZREM', READY, entries)
  agent.keys = nil
end

local function keep_state(id, agent)
  call('HSET', AGENTS, id, cjson.encode(agent))
  call('ZADD', STATES, score_of(agent), id)
end

local function has_call(agent)
  return agent.state == 'reserved' or agent.state == 'talking'
end

-- From ready to reserved, as move_agent would do it: an agent who can be rung works already, and
-- serves nobody. No pairing has to bring along what else move_agent can do.
local function reserve_agent(id, agent, now)
  leave_ready(id, agent)
  agent.state, agent.since = 'reserved', now
  keep_state(id, agent)
end

-- When a wrap-up ends by itself, now or once more.
local function wrap_up_until(id, till, now)
  call('ZADD', DUE, till, 'wrapup|' .. id)
  event('agent.wrapup', now, '', '', id, 'until', till)
end

-- As move_contact, for an agent. `detail` is the reason of a pause, the end of a wrap-up, the queue
-- of a conversation; nil: the agent is asked during that of another.
local function move_agent(id, agent, state, now, detail)
  local was = agent.state
  keep_pace(id, agent, state, now, detail)
  if was == 'ready' then
    leave_ready(id, agent)
  elseif was == 'wrapup' then
    call('ZREM', DUE, 'wrapup|' .. id)
  end
  if WORKED[was] then agent.occupied = (agent.occupied or 0) + span(agent.since, now) end

  agent.state, agent.since, agent.reason = state, now, nil
  agent.stood = state == 'ready' and agent.away and now or nil
  if state == 'ready' then
    if agent.occupied and agent.login then
      agent.occupancy = math.floor(1000 * agent.occupied / math.max(1, span(agent.login, now)))
    end
    if not agent.away then enter_ready(id, agent) end
    event('agent.ready', now, '', '', id)
  elseif state == 'wrapup' then
    wrap_up_until(id, detail, now)
  elseif state == 'talking' and detail then
    agent.last = {contact = agent.contact, queue = detail, began = now}
  elseif state == 'paused' then
    agent.reason = detail
    event('agent.paused', now, '', '', id, 'reason', detail)
  elseif state == 'logged_out' then
    call('HDEL', AGENTS, id)
    call('ZREM', STATES, id)
    call('HDEL', PHONES, agent.phone)
    call('ZREM', DUE, 'phone|' .. id)
    for _, line in ipairs(lines_of(agent)) do call('ZREM', MEMBERS, line .. '|' .. id) end
    event('agent.logged_out', now, '', '', id)
    return
  end
  keep_state(id, agent)
end

local function start_idling(id, agent, now)
  agent.idle = now
  if agent.last then agent.last.owed = nil end
  move_agent(id, agent, 'ready', now)
end

-- What the agent asks for during a call comes after it; nil: nothing any more.
local function do_after_call(id, agent, after)
  agent.after = after
  give(agent, not after and not agent.gone and shares_of(id, agent) or nil)
  call('HSET', AGENTS, id, cjson.encode(agent))
end

-- The call has let go of the agent: what they asked for meanwhile comes first, else `state`.
local function release_agent(id, agent, now, state, detail)
  local after = agent.after
  agent.contact, agent.after = nil, nil
  if after then
    move_agent(id, agent, after.state, now, after.reason)
  elseif state == 'idle' then
    start_idling(id, agent, now)
  else
    move_agent(id, agent, state, now, detail)
  end
end

local function status(id, agent)
  if not agent then return {id, 'logged_out', '', 0, '', 0, ''} end
  local away = agent.state == 'ready' and
    (agent.calling and 'calling' or agent.away and 'phone_' .. agent.away)
  return {id, agent.state, agent.reason or away or '', agent.since, agent.phone,
    call('ZSCORE', DUE, 'wrapup|' .. id) or 0, agent.last and cjson.encode(agent.last) or '',
    unpack(agent.queues)}
end

-- Offers ------------------------------------------------------------------------------------

local function offer_of(id, contact, agent)
  return {contact.offer, id, contact.queue, contact.agent, agent.phone, contact.owner,
    contact.expires, agent.node or ''}
end

-- controller   who asks for the pair; a callback becomes its own
local function make_offer(id, contact, agent_id, agent, now, controller)
  contact.offer = string.format('%d', call('INCR', OFFERS))
  contact.agent = agent_id
  local message = id
  if on_line(contact) then
    contact.expires = now + contact.ring + MARGIN
  else
    extend_lease(controller, now)
    contact.expires = now + START
    own_contact(id, contact, controller)
    message = 'callback|' .. id
  end
  move_contact(id, contact, 'reserved', now)
  agent.contact, agent.offered = id, agent.offered or {}
  agent.offered[contact.queue] = now
  reserve_agent(agent_id, agent, now)
  event('call.offered', now, id, contact.queue, agent_id, 'offer', contact.offer,
    known('callback', contact.callback and 1))
  call('PUBLISH', 'vaxel:offers:' .. contact.owner, message)
  return offer_of(id, contact, agent)
end

-- The contact of a current offer, else (nil, error).
local function current(id, offer)
  local contact = contact_of(id)
  if contact and contact.offer == offer then return contact end
  return nil, redis.error_reply('STALEOFFER ' .. offer)
end

local now = tonumber(ARGV[1])
