-- A mission ends from outside. ARGV: ID, 'cancel' or 'expire', outcome, events, done event.
local reason, outcome = arg(), arg()
local events = read_events()
local done = arg()
local f = redis.call('HMGET', MISSION, 'state', 'user')
if not f[1] then
    redis.call('ZREM', DEADLINES, ID)
    return 'gone'
end
if f[1] ~= 'running' and f[1] ~= 'waiting' then
    redis.call('ZREM', DEADLINES, ID)
    return f[1] == outcome and 'again' or 'ended'
end
if reason == 'expire' then
    local deadline = redis.call('ZSCORE', DEADLINES, ID)
    if not deadline or tonumber(deadline) > tonumber(now()) then
        return 'early'
    end
end
publish(f[2], '0', events)
finish(f[2], outcome, done)
return 'mine'
