/*
 * first_answer: owns what is known of the first answer of a ticket, as the bonus counts it. Private
 * to engine/.
 *
 * It stands in the ticket's tail. From the first answer on, or the first closing, it says by when
 * the customer had to be answered, and which team did it. The earliest answer counts, whenever it
 * is told: one that a helpdesk says, or the first closing of the ticket's story that is not
 * cancelled. Before, what stands there is how long the ticket was paused: that counts for nobody.
 *
 * Rules before EH_RULES_ANSWERS keep none: all of this does nothing then.
 */
#ifndef EVENHAND_LIB_ENGINE_FIRST_ANSWER_H
#define EVENHAND_LIB_ENGINE_FIRST_ANSWER_H

#include "units.h"

struct eh_engine;
struct tale;
struct ticket;

/* An instant and its local civil date; EH_TIME_NEVER: there is none. */
struct answer_when {
    int64_t at_us;
    int32_t date;
};

struct first_answer {
    bool told;      /* somebody answered, or it was closed: all of this is in use */
    bool paused;    /* it was paused before: paused_us and paused_from_us are in use */
    bool timed;     /* it had to be answered by due_us */
    bool whole_day; /* of the closing only the day is known */
    uint32_t team;  /* that answered */
    struct answer_when said, closed;   /* by a message; by the first closing */
    int64_t due_us;                    /* EH_TIME_NEVER: beyond the hours that were handed over */
    int64_t working_us;                /* of that team, from the ticket's beginning to the answer */
    int64_t paused_us, paused_from_us; /* working time of all pauses; when the first began */
};

/* What an answer counts. */
struct answer_count {
    bool any; /* the ticket is answered, and it is known when */
    bool timed, in_time;
    int32_t date;
    int64_t working_us;
};

/* The ticket, which nobody answered yet, begins to be paused. */
int eh_first_answer_pause(struct eh_engine *, uint32_t slot, int64_t now_us) EH_MUST_CHECK;
/* A pause that began then ends. It cannot fail: the ticket has the room since it began. */
void eh_first_answer_resume(struct eh_engine *, uint32_t slot, int64_t since_us);
/* Nobody answered it yet, and now it is answered, or closed by this story (NULL: it is not); before
 * its clock ends. paused_since_us: as eh_pause_since_us(). */
int eh_first_answer_tell(struct eh_engine *, uint32_t slot, int64_t paused_since_us,
                         const struct tale *) EH_MUST_CHECK;
/* Whether an answer at that instant is before all that is known. */
bool eh_first_answer_is_first(const struct ticket *, int64_t at_us);
/* A message says that it was answered then. */
int eh_first_answer_say(struct eh_engine *, struct ticket *, struct answer_when) EH_MUST_CHECK;
/* The story of one that was answered or closed before is another one. */
int eh_first_answer_close(struct eh_engine *, struct ticket *, const struct tale *) EH_MUST_CHECK;
void eh_first_answer_count(const struct ticket *, struct answer_count *ret, uint32_t *ret_team);

#endif
