-- A step is done. ARGV: ID, step, fence, events, result, plan ('' except for planning), the plan's
-- further steps, those of them that wait for planning, outcome and done event ('' except for the
-- last step).
local step, fence = arg(), arg()
local events = read_events()
local result, plan = arg(), arg()
local steps = read_steps()
local following = arg()
local outcome, done = arg(), arg()
local owner = check(step, fence, 'done')
if owner.answer ~= 'mine' then
    return owner.answer
end
if not fits(events, owner.drafts, owner.length) then
    return 'conflict'
end
publish(owner.user, step, events)
close(step, owner, fence, 'done', 'done')
set(step .. ':result', result)
redis.call('HINCRBY', COUNTS, owner.agent .. ':done', '1')
if plan ~= '' then
    set('plan', plan)
    set(step .. ':next', following)
    install(steps)
    flush()
    owner.following = following
end
release(owner.user, owner.following)
flush()
if outcome ~= '' then
    finish(owner.user, outcome, done)
end
return 'mine'
