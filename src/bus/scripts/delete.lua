-- A finished mission is removed; a tombstone stays for a day. ARGV: ID.
local f = redis.call('HMGET', MISSION, 'state', 'steps')
if not f[1] then
    return 'gone'
end
if f[1] == 'running' or f[1] == 'waiting' then
    return 'conflict'
end
for step = 1, tonumber(f[2] or 0) do
    local letter = redis.call('HGET', MISSION, step .. ':letter')
    if letter then
        redis.call('XDEL', DEAD, letter)
    end
end
redis.call('ZREM', INDEX, ID)
redis.call('ZREM', COMPACTIONS, ID)
redis.call('SET', GONE, '1', 'EX', 86400)
redis.call('DEL', MISSION, EVENTS, REPORT)
return 'mine'
