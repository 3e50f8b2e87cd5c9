-- The janitor's clock. A mission's deadline counts time in which the system ran: when nobody has
-- ticked for a while (suspend, shutdown), every deadline moves by that while. KEYS[1] is the time
-- of the last tick here. ARGV: '', the longest pause that is none (ms). Answers the pause.
local pause = number()
local time = now()
local last = redis.call('GET', MISSION)
redis.call('SET', MISSION, time)
local gap = last and tonumber(time) - tonumber(last) or 0
if gap <= pause then
    return 0
end
for _, id in ipairs(redis.call('ZRANGE', DEADLINES, 0, -1)) do
    redis.call('ZINCRBY', DEADLINES, string.format('%.0f', gap), id)
end
return gap
