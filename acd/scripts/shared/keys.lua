-- What the ACD's scripts have in common: their keys, and how to read them. acd/linking.py puts in
-- front of each script what it uses of this folder.
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
--                      beside: the agents who are rung together with `agent`, in the order in which
--                      they were chosen; absent where there are none.
--                      lapsed: the offers that were over by their time since the contact came or
--                      talked last, [number…]; absent when none: an answer may be told late.
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
--                      alone: rung for a contact with nobody beside, absent when not.
--                      node: where the phone is, absent when no node has said so. login: when; with
--                      weight, keys, offered, calls, occupied, occupancy: see strategies.lua. With
--                      skills: skills {name: level}; backup {queue: true}, those that they help
--                      out; lines, all of them, absent when these are the queues' plain ones.
--                      missed: offers in a row that rang in vain. last: whom the agent talks with or
--                      talked to last, {contact, queue, began, result, owed (while a result is due:
--                      when the wrap-up would end without that), wrapup (how long (ms) it is, once
--                      the agent has made it longer)}. While the phone cannot be rung: away, `in_use`
--                      or `unreachable`; stood, since when that has kept the ready agent from being
--                      offered anything; gone, once they count as a member no more.
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
--                      `agent|agent`; see pace.lua
--   devices    HASH    phone -> `node=state…`, what each node's Asterisk said last, the newest first;
--                      of the others nothing is known
--   strategies HASH    queue -> `strategy|weight|how many are rung at once` as the organisation's
--                      file has it, absent when `longest_idle|1|1`; `drawn|line` -> rank of the last
--                      agent drawn there
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

local now = tonumber(ARGV[1])
