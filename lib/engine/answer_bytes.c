/*
 * answer_bytes: the first answer of a ticket in its image.
 */
#include "answer_bytes.h"

#include "canonical.h"
#include "interner.h"
#include "state.h"
#include "stored.h"
#include "tail.h"
#include "ticket.h"

static const struct answer_when when_never = {EH_TIME_NEVER, 0};

static uint8_t answer_flags(const struct first_answer *answer)
{
    return (uint8_t)((answer->told ? ANSWER_TOLD : 0) | (answer->paused ? ANSWER_PAUSED : 0) |
                     (answer->timed ? ANSWER_TIMED : 0) |
                     (answer->whole_day ? ANSWER_WHOLE_DAY : 0) |
                     (answer->said.at_us != EH_TIME_NEVER ? ANSWER_SAID : 0) |
                     (answer->closed.at_us != EH_TIME_NEVER ? ANSWER_CLOSED : 0));
}

static void when_put(const struct answer_when *when, struct eh_bytes *out)
{
    eh_bytes_put_i(out, when->at_us);
    eh_bytes_put_i(out, when->date);
}

void eh_answer_put(const struct eh_engine *e, const struct ticket *t, struct eh_bytes *out)
{
    struct tail tail;
    if (t->tail_size == 0) { /* few have one, and this runs at every change of a ticket */
        eh_bytes_put_u8(out, 0);
        return;
    }
    eh_tail_read(t, &tail);
    struct first_answer answer = tail.answer;
    if (!answer.told)
        answer.said = answer.closed = when_never;
    uint8_t flags = answer_flags(&answer);
    eh_bytes_put_u8(out, flags);
    if (flags & ANSWER_PAUSED) {
        eh_bytes_put_i(out, answer.paused_from_us);
        eh_bytes_put_i(out, answer.paused_us);
    }
    if (!(flags & ANSWER_TOLD))
        return;
    eh_bytes_put_str(out, interned(&e->roster.team_ids, answer.team));
    eh_bytes_put_i(out, answer.working_us);
    if (flags & ANSWER_TIMED)
        eh_bytes_put_i(out, answer.due_us);
    if (flags & ANSWER_SAID)
        when_put(&answer.said, out);
    if (flags & ANSWER_CLOSED)
        when_put(&answer.closed, out);
}

static struct answer_when when_read(struct eh_reader *in)
{
    struct answer_when when;
    when.at_us = eh_read_i(in);
    when.date = eh_read_i32(in);
    in->failed |= !eh_is_time(when.at_us) || !eh_is_date(when.date);
    return when;
}

static int64_t span_read(struct eh_reader *in)
{
    int64_t us = eh_read_i(in);
    in->failed |= us < 0 || !eh_is_time(us);
    return us;
}

static void told_read(struct eh_reader *in, uint8_t flags, struct answer_image *ret)
{
    struct first_answer *answer = &ret->answer;
    ret->team = eh_read_str(in);
    answer->working_us = span_read(in);
    if (flags & ANSWER_TIMED)
        answer->due_us = eh_read_i(in);
    answer->said = flags & ANSWER_SAID ? when_read(in) : when_never;
    answer->closed = flags & ANSWER_CLOSED ? when_read(in) : when_never;
    in->failed |=
        ret->team.size == 0 || (answer->due_us != EH_TIME_NEVER && !eh_is_time(answer->due_us));
}

void eh_answer_image(struct eh_reader *in, uint8_t version, struct answer_image *ret)
{
    uint8_t flags = version < 10 ? 0 : eh_read_u8(in);
    bool told = flags & ANSWER_TOLD, closed = flags & ANSWER_CLOSED;
    *ret = (struct answer_image){.answer = {.told = told,
                                            .paused = flags & ANSWER_PAUSED,
                                            .timed = flags & ANSWER_TIMED,
                                            .whole_day = flags & ANSWER_WHOLE_DAY}};
    in->failed |= flags > ANSWER_FLAGS || (!told && (flags & ~ANSWER_PAUSED)) ||
                  (!closed && ret->answer.whole_day);
    if (ret->answer.paused) {
        ret->answer.paused_from_us = span_read(in);
        ret->answer.paused_us = span_read(in);
    }
    if (told)
        told_read(in, flags, ret);
}

int eh_answer_take(struct eh_engine *e, const struct answer_image *image, struct ticket *t)
{
    struct tail tail;
    if (!image->answer.told && !image->answer.paused)
        return 0;
    eh_tail_read(t, &tail);
    tail.answer = image->answer;
    int r = image->answer.told ? eh_intern_team(e, image->team, &tail.answer.team) : 0;
    return r < 0 ? r : eh_tail_write(t, &tail);
}
