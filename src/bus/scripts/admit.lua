-- A waiting mission gets its place. ARGV: ID, how many missions may run at once.
local limit = number()
local f = redis.call('HMGET', MISSION, 'state', 'user', 'deadline')
local start = redis.call('ZSCORE', WAITING, ID)
if f[1] ~= 'waiting' then
    redis.call('ZREM', WAITING, ID)
    return 'gone'
end
if redis.call('ZCARD', DEADLINES) >= limit then
    return 'full'
end
redis.call('ZREM', WAITING, ID)
if redis.call('ZCARD', WAITING) == 0 then
    redis.call('DEL', SHARES)
else
    redis.call('HSET', SHARES, 'now', start or 0)
end
admit(f[2], tonumber(f[3]))
flush()
return 'ok'
