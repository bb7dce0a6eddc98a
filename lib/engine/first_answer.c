/*
 * first_answer: when a ticket was answered first, and how long that took.
 *
 * The working time is that of the team which answered, from the ticket's beginning to the answer,
 * less the pauses before it: no more than the time since the first pause. An answer before the
 * ticket began, and one of which only the day is known, counts nothing: nobody knows how long it
 * took.
 */
#include "first_answer.h"

#include "clocks.h"
#include "journal.h"
#include "state.h"
#include "tail.h"
#include "ticket.h"
#include "working.h"

static const struct answer_when when_never = {EH_TIME_NEVER, 0};

static struct first_answer answer_of(const struct ticket *t)
{
    struct tail tail;
    if (t->tail_size == 0)
        return (struct first_answer){.told = false};
    eh_tail_read(t, &tail);
    return tail.answer;
}

static int answer_write(struct ticket *t, const struct first_answer *answer)
{
    struct tail tail;
    eh_tail_read(t, &tail);
    tail.answer = *answer;
    return eh_tail_write(t, &tail);
}

/* ---- pauses before it */

int eh_first_answer_pause(struct eh_engine *e, uint32_t slot, int64_t now_us)
{
    struct ticket *t = &e->tickets.slots[slot];
    struct first_answer answer = answer_of(t);
    if (e->rules < EH_RULES_ANSWERS || t->answered || answer.paused)
        return 0;
    answer.paused = true;
    answer.paused_from_us = now_us;
    return answer_write(t, &answer);
}

void eh_first_answer_resume(struct eh_engine *e, uint32_t slot, int64_t since_us)
{
    struct ticket *t = &e->tickets.slots[slot];
    struct first_answer answer = answer_of(t);
    if (!answer.paused || answer.told)
        return;
    answer.paused_us += eh_working_us(e, t->team, since_us, e->now_us);
    int r = answer_write(t, &answer);
    eh_require(r == 0);
}

/* ---- the answer */

static bool answer_by_closing(const struct first_answer *answer)
{
    return answer->closed.at_us <= answer->said.at_us;
}

static const struct answer_when *answer_when(const struct first_answer *answer)
{
    return answer_by_closing(answer) ? &answer->closed : &answer->said;
}

static bool answer_is_known(const struct first_answer *answer, const struct ticket *t)
{
    int64_t at_us = answer_when(answer)->at_us;
    return answer->told && at_us != EH_TIME_NEVER && at_us / 1000 >= t->created_us / 1000 &&
           !(answer_by_closing(answer) && answer->whole_day);
}

static int answer_settle(struct eh_engine *e, struct ticket *t, struct first_answer *answer)
{
    int64_t at_us = answer_when(answer)->at_us;
    answer->working_us = 0;
    if (answer_is_known(answer, t)) {
        int64_t working_us = eh_working_us(e, answer->team, t->created_us, at_us);
        int64_t paused_us =
            answer->paused ? eh_working_us(e, answer->team, answer->paused_from_us, at_us) : 0;
        if (paused_us > answer->paused_us)
            paused_us = answer->paused_us;
        answer->working_us = working_us > paused_us ? working_us - paused_us : 0;
    }
    return answer_write(t, answer);
}

static void answer_close(struct first_answer *answer, const struct tale *tale)
{
    const struct story_entry *first = eh_tale_first_closing(tale);
    answer->closed = first ? (struct answer_when){first->when.at_us, first->when.date} : when_never;
    answer->whole_day = first && !(first->flags & STORY_TIMED);
}

int eh_first_answer_tell(struct eh_engine *e, uint32_t slot, int64_t paused_since_us,
                         const struct tale *tale)
{
    struct ticket *t = &e->tickets.slots[slot];
    if (e->rules < EH_RULES_ANSWERS)
        return 0;
    struct first_answer answer = answer_of(t);
    answer.told = true;
    answer.team = t->team;
    answer.said = answer.closed = when_never;
    answer.timed = eh_clock_has_due(e, slot, &answer.due_us);
    if (paused_since_us != EH_TIME_NEVER)
        answer.paused_us += eh_working_us(e, t->team, paused_since_us, e->now_us);
    if (tale)
        answer_close(&answer, tale);
    return answer_settle(e, t, &answer);
}

bool eh_first_answer_is_first(const struct ticket *t, int64_t at_us)
{
    const struct first_answer answer = answer_of(t);
    return answer.told && at_us < answer_when(&answer)->at_us;
}

int eh_first_answer_say(struct eh_engine *e, struct ticket *t, struct answer_when when)
{
    struct first_answer answer = answer_of(t);
    if (!answer.told)
        return 0;
    answer.said = when;
    return answer_settle(e, t, &answer);
}

int eh_first_answer_close(struct eh_engine *e, struct ticket *t, const struct tale *tale)
{
    struct first_answer answer = answer_of(t);
    if (!answer.told || tale->base.has_first) /* what is so long ago stays as it is */
        return 0;
    answer_close(&answer, tale);
    return answer_settle(e, t, &answer);
}

void eh_first_answer_count(const struct ticket *t, struct answer_count *ret, uint32_t *ret_team)
{
    if (t->tail_size == 0) {
        *ret = (struct answer_count){.any = false};
        *ret_team = NONE;
        return;
    }
    const struct first_answer answer = answer_of(t);
    const struct answer_when *when = answer_when(&answer);
    *ret_team = answer.team;
    *ret = (struct answer_count){.any = answer_is_known(&answer, t),
                                 .timed = answer.timed,
                                 .in_time = answer.timed && when->at_us <= answer.due_us,
                                 .date = when->date,
                                 .working_us = answer.working_us};
}
