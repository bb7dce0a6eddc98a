/*
 * calls: what the files of the engine ask of each other, file by file. Private to engine/.
 *
 *     engine.c     life, step(), what is due            roster.c    a desk file takes effect
 *     tickets.c    slots, order, lists                  arrivals.c  messages ticket and update
 *     skipped.c    what cannot be stored
 *     signals.c    overloaded, available, away          outcomes.c  messages outcome
 *     queue.c      waiting tickets, skill sets          parked.c    outcomes before their ticket
 *     deal.c       one decision; rounds of them         eligible.c  the trees of who may receive
 *     turns.c      what a rotation's rounds owe whom
 *     ledger.c     who is entitled to how much          policies.c  the table of policies
 *     affinity.c   a customer's tickets                 observe.c   who had which chance
 *     manager.c    assign, release, move                leavers.c   who leaves, who comes back
 *     effects.c    what a step hands out
 *     encode.c     canonical bytes                      digest.c    the sum of their hashes
 *     snapshot.c   out and in again                     epochs.c    draw epochs and commitments
 *     names.c      numbers for ids                      readers.c   what others may see
 *     record.c     inputs as rows and back              identify.c  identities, content digests
 *     index.c      from identities to tickets           facts.c     what a bonus period counts
 *     periods.c    how far a period is                  period_views.c  as others see it
 *     period_bytes.c  out and in again                  settlements.c   the text of a CLOSE
 *     time_back.c  the log led back to the true time
 *     stays.c      days in a team           past.c      what the desks said of days before today
 *     foretell.c   what a new desk does to them  zones.c    time zones, day by day
 *     story.c      what a ticket's outcomes come to     journal.c   ... in their order
 *     tally.c      what a ticket counts in its periods
 *     tail.c       what few tickets have     homes.c     teams that a ticket was dealt in before
 *     resends.c    cancelled tickets that may come again
 */
#ifndef EVENHAND_LIB_ENGINE_CALLS_H
#define EVENHAND_LIB_ENGINE_CALLS_H

#include "state.h"

/* names: number of an id, or NONE; adding a rep, team or kind gives the number there is or a new
 * one. */
uint32_t eh_names_find(const struct names *, struct eh_str);
void eh_names_done(struct names *);
int eh_engine_add_rep(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_team(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_kind(struct eh_engine *, struct eh_str id, uint32_t *ret) EH_MUST_CHECK;
int eh_engine_add_zone(struct eh_engine *, struct eh_str name, uint32_t *ret) EH_MUST_CHECK;
/* The one there is or a new one; NULL: no memory, or too many. */
struct account *eh_account(struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_account_find(const struct eh_engine *, uint32_t team, uint32_t rep);
struct account *eh_account_add(struct eh_engine *, uint32_t team, uint32_t rep);

/* effects.c */
void eh_step_begin(struct eh_effects *);
/* names.c: the rep or team the message names; NONE: it is not on the desk, and that was refused. */
int eh_step_rep(struct step *, uint32_t *ret) EH_MUST_CHECK;
int eh_step_team(struct step *, uint32_t *ret) EH_MUST_CHECK;
/* Refuses the message; nothing may have changed before. 0, or -EH_ENOMEM. */
int eh_step_refuse(struct step *, int code, const char *format, ...) EH_PRINTF(3, 4);
/* Takes back the refusal: the message is taken and changes nothing. */
void eh_step_take(struct step *);
int eh_step_refused_notice(struct step *, const struct eh_message *, uint8_t origin,
                           uint64_t stream_ms, uint64_t stream_no) EH_MUST_CHECK;
struct story_entry;
/* Of an outcome that came earlier: it is refused now, and why, or it is taken after all. */
int eh_step_corrected_notice(struct step *, int type, const struct ticket *,
                             const struct story_entry *, struct eh_str why) EH_MUST_CHECK;
int eh_step_emit(struct step *, int type, const struct ticket *, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* Commitment or seed of a draw epoch. */
int eh_step_epoch_notice(struct step *, int type, uint32_t epoch,
                         const uint8_t bytes[EH_SEED_BYTES]) EH_MUST_CHECK;
/* About a rep, and a team or none: a sentence. */
int eh_step_rep_notice(struct step *, int type, struct eh_str team, struct eh_str rep,
                       struct eh_str sentence) EH_MUST_CHECK;
/* Of an epoch whose seed nobody has. */
int eh_step_lost_notice(struct step *, uint32_t epoch) EH_MUST_CHECK;
/* The ticket was cancelled before, under this id. */
int eh_step_resent_notice(struct step *, const struct ticket *, struct eh_str id) EH_MUST_CHECK;
int eh_step_image(struct step *, const struct ticket *) EH_MUST_CHECK;
int eh_step_signal(struct step *, uint32_t rep, int status, int64_t from_us,
                   int64_t until_us) EH_MUST_CHECK;
int eh_step_dead(struct step *, const struct eh_message *, uint64_t stream_ms,
                 uint64_t stream_no) EH_MUST_CHECK;

/* index.c */
uint32_t eh_ticket_find(const struct eh_engine *, struct eh_key identity); /* slot or NONE */
/* identity: the ticket's own. */
int eh_index_put(struct eh_engine *, uint32_t slot, struct eh_key identity) EH_MUST_CHECK;
void eh_index_remove(struct eh_engine *, uint32_t slot); /* it stands there */

/* tickets.c */
/* A slot that nothing refers to yet; -EH_ENOMEM. */
int eh_ticket_alloc(struct eh_engine *, uint32_t *ret) EH_MUST_CHECK;
/* customer: NULL, or 16 bytes. All of it may point into the text it replaces. */
int eh_ticket_set_text(struct ticket *, struct eh_str source, struct eh_str id,
                       struct eh_str skills, const uint8_t *customer,
                       struct eh_str tail) EH_MUST_CHECK;
int eh_ticket_set_tail(struct ticket *, struct eh_str tail) EH_MUST_CHECK;
void eh_ticket_drop(struct eh_engine *, uint32_t slot); /* frees one that nothing refers to */
/* Enters a slot into index and order, under its own identity; out of them, of the digest, and away.
 */
int eh_ticket_enter(struct eh_engine *, uint32_t slot, struct eh_key identity) EH_MUST_CHECK;
void eh_ticket_remove(struct eh_engine *, uint32_t slot);
/* Counts an open or waiting ticket in or out: totals, kind, team. */
void eh_ticket_count(struct eh_engine *, const struct ticket *, bool in);
void eh_ticket_give(struct eh_engine *, uint32_t slot, uint32_t rep); /* onto the rep's list */
void eh_ticket_take(struct eh_engine *, uint32_t slot);               /* off it */
/* First place in order with a number above `after`. */
uint32_t eh_order_above(const struct eh_engine *, uint64_t after);
bool eh_ticket_before(const struct ticket *a, const struct ticket *b); /* in a queue */

/* eligible.c */
/* All of these, on today's desk. */
bool eh_rep_has_skills(const struct eh_engine *, uint32_t rep, struct eh_str skills);
/* The team gives the rep nothing since a release there. */
bool eh_rep_is_away_in(const struct eh_engine *, const struct rep *, uint32_t team);
bool eh_below_capacity(const struct team *, const struct rep *);
void eh_eligible_rebuild(struct eh_engine *, uint32_t team);
void eh_eligible_build_set(struct eh_engine *, uint32_t team, uint32_t set);
/* After a rep's status or points changed. */
void eh_eligible_refresh(struct eh_engine *, uint32_t rep);
void eh_eligible_mask(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position, bool in);
/* A member's slots changed. */
void eh_eligible_slots(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
uint32_t eh_eligible_at_weight(const struct team *, const struct skill_set *, uint64_t at);
uint32_t eh_eligible_at_slot(const struct team *, const struct skill_set *, uint64_t at);
/* Sum of the shares before this position. */
uint64_t eh_eligible_weight_before(const struct team *, const struct skill_set *, uint32_t at);
/* Nobody in the team is eligible any more: before a desk file takes effect. */
void eh_eligible_leave_all(struct eh_engine *, uint32_t team);
uint32_t eh_eligible_at_tie(const struct eh_engine *, const struct team *, const struct skill_set *,
                            uint64_t at);
/* Position in the team of a member that is active today, or NONE. */
uint32_t eh_member_active(const struct eh_engine *, uint32_t team, uint32_t rep);
uint32_t eh_member_position(const struct eh_engine *, uint32_t team, uint32_t rep);

/* ledger.c */
/* The member becomes eligible, or ceases to be; with the sets and the share he has now. */
void eh_ledger_enter(struct eh_engine *, uint32_t team, const struct member *);
void eh_ledger_leave(struct eh_engine *, uint32_t team, const struct member *);
/* Entitlement up to now. */
struct amount eh_ledger_entitled(const struct eh_engine *, const struct team *, uint32_t position);
/* Mean value of the team's tickets, this one included, in whole minor units; at least 1. */
int64_t eh_ledger_mean(const struct eh_engine *, const struct ticket *);
/* What the ticket is booked with: its value within ten means; or as it was booked. */
int64_t eh_ledger_booked(const struct eh_engine *, const struct ticket *);
/* The ticket goes to the member at this position: entitles everybody eligible, unless that was
 * done before, and puts the receipt with him. */
void eh_ledger_book(struct eh_engine *, struct ticket *, uint32_t position);
/* The receipt goes from the rep who holds the ticket to in_air. */
void eh_ledger_lift(struct eh_engine *, struct ticket *);
/* The ticket leaves the team: what was received stays where it is, on in_air. */
void eh_ledger_forget(struct ticket *);
/* A set goes away: what its members are entitled to is theirs. */
void eh_ledger_close_set(struct eh_engine *, uint32_t team, uint32_t set);

/* turns.c: of policies by slots; does nothing for others */
/* The member becomes eligible, or ceases to be; with the sets and the share he has now. */
void eh_turns_enter(struct eh_engine *, uint32_t team, const struct member *);
void eh_turns_leave(struct eh_engine *, uint32_t team, const struct member *);
/* Entitled by the deals of the rounds up to now, less received by them; 10^-15 tickets. */
__int128 eh_turns_owed(const struct eh_engine *, const struct team *, uint32_t set,
                       uint32_t position);
/* What is owed goes to the account, for somebody who has no part in the set any more; and from it
 * into a round. */
void eh_turns_put_down(struct eh_engine *, const struct team *, uint32_t set, uint32_t position);
void eh_turns_take_up(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* The clock after a ticket dealt among so many shares. */
__int128 eh_turns_next(const struct skill_set *, uint64_t weight);
void eh_turns_advance(struct eh_engine *, uint32_t team, uint32_t set, uint64_t weight);
/* The clock at which the member is owed as much as matters next. */
__int128 eh_turns_due(const struct eh_engine *, const struct team *, uint32_t set,
                      uint32_t position);
/* The first one from this position on who is by this clock, or NONE. */
uint32_t eh_turns_due_from(const struct team *, const struct skill_set *, __int128 clock,
                           uint32_t position);
/* EH_RULES_TURNS begins: all rounds begin anew, nobody is owed anything. */
void eh_turns_begin(struct eh_engine *);

/* affinity.c */
/* A ticket with a customer is open or waits in its team; and does no more. */
int eh_affinity_join(struct eh_engine *, uint32_t slot) EH_MUST_CHECK;
void eh_affinity_leave(struct eh_engine *, uint32_t slot);
/* Position of the rep who has this ticket's customer already, and could get it; or NONE. */
uint32_t eh_affinity_find(const struct eh_engine *, const struct ticket *, int64_t now_us);
/* All lists anew, as the desk wants them. */
int eh_affinity_rebuild(struct eh_engine *) EH_MUST_CHECK;

/* observe.c; all do nothing while nobody watches */
struct eh_choice;
/* Of everybody in the set's tree, for the deal told next. */
int eh_watch_chances(struct eh_engine *, const struct eh_choice *) EH_MUST_CHECK;
int eh_watch_tell(struct eh_engine *, const struct ticket *, uint32_t rep, const struct decision *,
                  int64_t now_us) EH_MUST_CHECK;
void eh_watch_done(struct eh_engine *);

/* queue.c */
/* The team's set of these skills, made if need be; one use more. -EH_EFULL: all are in use. */
int eh_set_acquire(struct eh_engine *, uint32_t team, struct eh_str skills, uint64_t input,
                   uint32_t *ret) EH_MUST_CHECK;
bool eh_set_room(const struct eh_engine *, uint32_t team, struct eh_str skills);
void eh_set_release(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_done(struct eh_engine *, uint32_t team, uint32_t set);
void eh_set_end_rounds(struct eh_engine *, const struct team *, uint32_t set);
/* A set as it was, unused; for restoring. */
int eh_set_add(struct eh_engine *, uint32_t team, struct eh_str skills, uint64_t last_use,
               uint32_t *ret) EH_MUST_CHECK;
void eh_set_check_ready(struct eh_engine *, uint32_t team, uint32_t set);
int eh_queue_reserve(struct eh_engine *, uint32_t team, uint32_t set) EH_MUST_CHECK;
void eh_queue_push(struct eh_engine *, uint32_t slot); /* reserved before */
void eh_queue_remove(struct eh_engine *, uint32_t slot);
/* The one that is ready at this place of the desk or behind it, then from the first one on; its
 * number, or NONE. */
uint32_t eh_ready_team(const struct eh_engine *, uint32_t place);
/* Before the desk changes: nobody is, until trees are made. */
void eh_ready_clear(struct eh_engine *);
uint32_t eh_deal_next(const struct step *); /* the next one that is left over, or NONE */
const char *eh_waiting_why(const struct eh_engine *, const struct ticket *);

/* deal.c */
/* A new or returning ticket, counted and entered, with its set: gives it to somebody or lets it
 * wait, and says so. */
int eh_deal_or_wait(struct step *, uint32_t slot) EH_MUST_CHECK;
/* Up to the step's limit of waiting tickets: teams in turn, in each the best first. */
int eh_deal_waiting(struct step *) EH_MUST_CHECK;
/* Books it to the rep, whoever decided. */
int eh_deal_book(struct step *, uint32_t slot, uint32_t rep, uint32_t was,
                 const struct decision *) EH_MUST_CHECK;
/* To the rep who had it last in its team, however much they have: no deal. */
int eh_deal_return(struct step *, uint32_t slot, uint32_t rep) EH_MUST_CHECK;
/* Off its rep or out of its queue. */
void eh_deal_detach(struct eh_engine *, uint32_t slot);

/* One for each type of message: what it does, or that it is refused. */
#define EH_STEP_DECLARED(NAME, number, name, does, ...)                                            \
    int eh_step_##does(struct step *) EH_MUST_CHECK;
EH_MESSAGE_TYPES(EH_STEP_DECLARED)
#undef EH_STEP_DECLARED

/* ---- time_back.c */

/* The step's time is true, from_us, up to where the log had come, was not: what was dated behind
 * the true time is moved back by as much. Before the new date is set. */
int eh_time_back(struct step *, int64_t from_us) EH_MUST_CHECK;
/* ... of outcomes that wait for their ticket, by delta_us */
int eh_parked_back(struct eh_engine *, int64_t delta_us, int32_t date) EH_MUST_CHECK;
/* ... of what was counted in periods that are still to come */
int eh_facts_back(struct eh_engine *, int32_t date) EH_MUST_CHECK;

/* ---- rounds, in manager.c: tickets that are released or left behind go back, a few a step */
int eh_release_round(struct step *) EH_MUST_CHECK; /* of the rep whose turn it is */
int eh_release_next(const struct step *, uint32_t *ret_slot) EH_MUST_CHECK; /* NONE: no ticket */
/* The next round is about a sentence alone, which is left out now. */
bool eh_release_skip_notice(struct step *);
/* Puts the rep among those that rounds are due of, or takes them out, as they need it now. */
int eh_rounds_update(struct eh_engine *, uint32_t rep) EH_MUST_CHECK;

/* ---- leavers.c */
/* Before the day or the desk changes, and after it; eh_duty_done() in any case. */
int eh_duty_note(const struct eh_engine *, struct duty *ret) EH_MUST_CHECK;
int eh_duty_change(struct step *, const struct duty *) EH_MUST_CHECK;
void eh_duty_done(struct duty *);
/* The rules begin that know of leavers. */
void eh_leavers_begin(struct eh_engine *);
/* A list of team ids in one text (eh_text_list_next): whether it has this team; one more, in text
 * that the caller owns. */
bool eh_team_list_has(struct eh_str list, struct eh_str team);
int eh_team_list_add(char **text, uint32_t *size, struct eh_str team) EH_MUST_CHECK;
/* The first team whose tickets the rep is to leave behind, or NONE, and the teams behind it. */
uint32_t eh_leaves_team(const struct eh_engine *, uint32_t rep, struct eh_str *ret_rest);
int eh_leaves_done(struct eh_engine *, uint32_t rep, struct eh_str rest) EH_MUST_CHECK;
/* Whether the rep's tickets of the team stay with them: back in it, or the team has it so. */
bool eh_leaves_stay(const struct eh_engine *, uint32_t team, uint32_t rep);
/* Whether the member's last day is over, and none is to come. */
bool eh_member_is_over(const struct eh_engine *, const struct member *);
/* The status of a rep who never signalled. */
int eh_roster_presumes(const struct eh_engine *, uint32_t rep);

/* signals.c */
/* The user who says the step's message, where that is not the rep's own; or empty. */
struct eh_str eh_said_by(const struct step *, uint32_t rep);
/* Overloaded is in force, or held back. */
bool eh_overloaded_said(const struct rep *);
/* Tells the rep that this user ended it, with the message's reason. */
int eh_tell_ended(struct step *, uint32_t rep, struct eh_str by) EH_MUST_CHECK;
int eh_signal_expire(struct step *, uint32_t rep) EH_MUST_CHECK;
/* Sets status and times, keeps the heap, the trees and the digest. */
void eh_signal_set(struct eh_engine *, uint32_t rep, int status, int64_t now_us, int64_t until_us);
/* Puts the rep where his until_us belongs among the expiries. */
void eh_expiry_update(struct eh_engine *, uint32_t rep);
/* When the first of them comes, or EH_TIME_NEVER. */
int64_t eh_expiry_due(const struct eh_engine *);
/* The input is, or stands for, the newest signal of the stream. */
void eh_signal_newest(struct step *, uint32_t rep);
/* Nothing is held back any more. */
void eh_held_drop(struct eh_engine *, uint32_t rep);
/* Replaces an owned text by a copy. */
int eh_rep_set_text(char **text, uint32_t *size, struct eh_str) EH_MUST_CHECK;

/* outcomes.c */
/* An open ticket got another value. */
int eh_outcome_value(struct step *, uint32_t slot, int64_t value) EH_MUST_CHECK;
/* outcomes_earlier.c: rules before EH_RULES_TICKETS. Whether it may be applied: 0, or -EH_E… and
 * why not. */
int eh_outcome_check(const struct ticket *, const struct eh_message *,
                     struct eh_error *) EH_MUST_CHECK;
int eh_outcome_room(const struct eh_engine *, const struct ticket *, const struct eh_message *,
                    struct eh_error *) EH_MUST_CHECK;
int eh_outcome_apply(struct step *, uint32_t slot, const struct eh_message *,
                     int64_t at_us) EH_MUST_CHECK;
int eh_outcome_step_earlier(struct step *, uint32_t slot, bool recalled,
                            int64_t at_us) EH_MUST_CHECK;

/* facts.c */
/* Whether a closing of that date can be counted: 0, or -EH_EFULL and why not. */
int eh_facts_room(const struct eh_engine *, uint32_t team, int32_t date,
                  struct eh_error *) EH_MUST_CHECK;
int eh_facts_closed(struct eh_engine *, const struct ticket *,
                    const struct eh_message *) EH_MUST_CHECK;
/* The ticket as it was closed: before it is opened again. */
int eh_facts_reopened(struct eh_engine *, const struct ticket *) EH_MUST_CHECK;
void eh_facts_refunded(struct eh_engine *, const struct ticket *, int64_t value);
bool eh_facts_rated(struct eh_engine *, const struct ticket *, const struct eh_message *);
void eh_facts_done(struct eh_engine *);

/* periods.c */
/* They are. */
void eh_periods_adopt(struct eh_engine *, int32_t today);

/* changed.c */
/* What the newest `changed_at` applied to a ticket in memory was, in ms since 1970; 0: none. */
int64_t eh_changed_get(const struct eh_engine *, const struct ticket *);
int eh_changed_put(struct eh_engine *, const struct ticket *, int64_t ms) EH_MUST_CHECK;
void eh_changed_drop(struct eh_engine *, const struct ticket *); /* it goes out of memory */
/* Whether the message was changed before what is applied: it does nothing. */
bool eh_changed_is_older(const struct eh_message *, int64_t newest_ms);
/* The message is applied; a moment ahead of the time is the time. */
int eh_changed_apply(struct step *, const struct ticket *) EH_MUST_CHECK;

/* parked.c */
int eh_park(struct step *, struct eh_key ticket) EH_MUST_CHECK;
int eh_parked_add(struct eh_engine *, struct parked *) EH_MUST_CHECK;   /* takes the body over */
int eh_parked_apply(struct step *, uint32_t ticket_slot) EH_MUST_CHECK; /* a ticket arrived */
/* The story of its ticket took an outcome that waits: false, if none waits of this input. */
bool eh_parked_taken(struct eh_engine *, struct eh_key ticket, uint64_t input);
int eh_parked_expire(struct step *) EH_MUST_CHECK;                  /* the oldest one */
int eh_parked_drop(struct step *, struct eh_str why) EH_MUST_CHECK; /* ... unapplied */

/* resends.c */
/* What a message says beside source and customer; 0: too little. */
uint32_t eh_likeness(const struct eh_message *);
/* The cancelled ticket that this one is once more, or NONE. */
uint32_t eh_cancelled_find(const struct eh_engine *, const struct ticket *, int64_t now_us);
/* Behind all others; there is none of this key. */
int eh_cancelled_add(struct eh_engine *, uint64_t key, int64_t at_us,
                     struct eh_str id) EH_MUST_CHECK;
bool eh_cancelled_has(const struct eh_engine *, uint64_t key);
void eh_cancelled_remove(struct eh_engine *, uint32_t slot);
/* The ticket is cancelled, as of now. */
int eh_cancelled_note(struct step *, const struct ticket *) EH_MUST_CHECK;
void eh_cancelled_back(struct eh_engine *, int64_t to_us); /* the time is led back to this */
void eh_cancelled_encode(const struct cancelled *, struct eh_bytes *);
void eh_cancelled_done(struct eh_engine *);

/* skipped.c */
int eh_ticket_touch(struct step *, uint32_t slot) EH_MUST_CHECK; /* it stands aside no longer */

/* roster.c */
void eh_desk_held_free(struct desk_held *);
/* Parses; -EH_E… with the sentence. */
int eh_desk_held_new(struct eh_str text, struct desk_held **ret, struct eh_error *) EH_MUST_CHECK;
/* Takes it over: names, members, trees. now_us: since when who never signalled is what he is. */
int eh_roster_install(struct eh_engine *, struct desk_held *, int64_t now_us) EH_MUST_CHECK;
void eh_team_free(struct team *); /* its memory alone */
/* Whether the first builds had the policies of all teams. */
bool eh_roster_has_first_policies(const struct eh_engine *);
void eh_roster_set_date(struct eh_engine *, int32_t date);
/* ... and whoever leaves or comes back by it does. */
int eh_roster_turn_date(struct step *, int32_t date) EH_MUST_CHECK;

/* encode.c */
void eh_encode_ticket(const struct eh_engine *, const struct ticket *, struct eh_bytes *);
int eh_decode_ticket(struct eh_engine *, struct eh_reader *, struct ticket *) EH_MUST_CHECK;
void eh_encode_rep(const struct eh_engine *, uint32_t rep, struct eh_bytes *);
void eh_encode_account(const struct eh_engine *, const struct account *, struct eh_bytes *);
void eh_encode_parked(const struct parked *, struct eh_bytes *);
void eh_encode_ledger(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_set(const struct eh_engine *, const struct team *, const struct skill_set *,
                   struct eh_bytes *);
void eh_encode_slot(const struct slot *, struct eh_bytes *); /* whose and where apart */
__int128 eh_read_wide(struct eh_reader *);
struct amount eh_read_amount(struct eh_reader *);
void eh_encode_purse(const struct eh_engine *, uint32_t team, struct eh_bytes *);
void eh_encode_period(const struct eh_engine *, const struct period *, struct eh_bytes *);
void eh_encode_fact(const struct eh_engine *, const struct fact *, struct eh_bytes *);
void eh_encode_globals(const struct eh_engine *, struct eh_bytes *);
bool eh_read_flag(struct eh_reader *); /* 0 or 1, anything else fails */
/* Brings the digest up to date with an object that changed or is new. */
void eh_digest_ticket(struct eh_engine *, uint32_t slot);
void eh_digest_rep(struct eh_engine *, uint32_t rep);
void eh_digest_account(struct eh_engine *, struct account *);
void eh_digest_parked(struct eh_engine *, struct parked *);
void eh_digest_cancelled(struct eh_engine *, uint32_t slot);
void eh_digest_ledger(struct eh_engine *, uint32_t team);
void eh_digest_set(struct eh_engine *, uint32_t team, uint32_t set);
void eh_digest_slot(struct eh_engine *, uint32_t team, uint32_t set, uint32_t position);
/* Nothing is done for what is counted for the shadow plan. */
void eh_digest_period(struct eh_engine *, uint32_t period);
void eh_digest_fact(struct eh_engine *, uint32_t period, uint32_t fact);
void eh_digest_purse(struct eh_engine *, uint32_t team);
void eh_digest_past(struct eh_engine *, uint32_t team);
void eh_digest_since(struct eh_engine *, uint32_t rep);
void eh_digest_leave(struct eh_engine *, struct eh_key *hash); /* the object goes away */

/* personal text (identify.c) */
void eh_message_of_input(const struct eh_input *, struct eh_message *ret);

/* canonical.c */
void eh_put_key(struct eh_bytes *, struct eh_key);
struct eh_key eh_read_key(struct eh_reader *);
void eh_put_wide(struct eh_bytes *, __int128);
void eh_put_amount(struct eh_bytes *, struct amount);

/* member.c */
/* Today is one of their days in some team. */
bool eh_rep_is_on_duty(const struct eh_engine *, const struct rep *);

/* desk_held.c */
/* A team whose policy the first builds did not have, or NULL. */
const struct eh_desk_team *eh_desk_later_policy(const struct eh_desk *);

/* desk_check.c */
int eh_desk_refuse_change(struct step *, const struct eh_desk *new) EH_MUST_CHECK;

/* rounds.c: the rep whose turn it is; there is one */
uint32_t eh_rounds_next(const struct eh_engine *);

/* lowest.c */
/* The `most` lowest numbers of those that were offered: a heap, the highest of them on top. */
struct lowest {
    struct place *items;
    uint32_t count, most;
    uint64_t offered;
};
/* None yet, room for `most`; the caller frees the items. */
int eh_lowest_new(struct lowest *ret) EH_MUST_CHECK;
/* The rep's next tickets to be released. */
int eh_lowest_of_release(const struct eh_engine *, const struct rep *,
                         struct lowest *ret) EH_MUST_CHECK;
/* The rep's next tickets of a team that is left. */
int eh_lowest_of_team(const struct eh_engine *, const struct rep *, uint32_t team,
                      struct lowest *ret) EH_MUST_CHECK;

/* move.c: with the set of its skills there; before it is dealt there */
int eh_ticket_enter_team(struct step *, uint32_t slot, uint32_t team, uint32_t set,
                         const char *why) EH_MUST_CHECK;

/* parked.c */
void eh_parked_remove(struct eh_engine *, uint32_t slot);

/* In a team's list of periods: where it begins. */
uint32_t *eh_period_head(struct eh_engine *, uint32_t team, bool shadow);
/* The period of a date under the plan that governs it; NONE: none does. */
int eh_period_get(struct eh_engine *, uint32_t team, int32_t date, bool shadow,
                  uint32_t *ret) EH_MUST_CHECK;
/* The imported figure of that name, or NONE. */
uint32_t eh_import_find(const struct eh_engine *, uint32_t period, struct eh_str name);
/* All facts of a list of the period. */
void eh_facts_drop(struct eh_engine *, uint32_t period, uint32_t head);
/* The team, the period and the plan that governs it, or NULL; refuses what cannot be. */
int eh_step_plan(struct step *, uint32_t *ret_team, struct eh_period *ret_period,
                 const struct eh_bonus_plan **ret_plan) EH_MUST_CHECK;
/* ... and the period that is there, or NONE. A plan has to govern it. */
int eh_step_period(struct step *, uint32_t *ret_team, struct eh_period *ret_period,
                   uint32_t *ret_slot) EH_MUST_CHECK;
/* Refuses a period that is not kept any more: it cannot be made again. */
int eh_step_refuse_settled(struct step *, uint32_t team, int32_t first) EH_MUST_CHECK;
/* Whether the rep was in the team on a day of the period: 1, 0 or -EH_ENOMEM. */
int eh_step_rep_was_there(const struct step *, uint32_t team, struct eh_period) EH_MUST_CHECK;
/* The rep: in the team today, or on a day of the period. NONE: that was refused. */
int eh_step_person(struct step *, uint32_t team, struct eh_period, uint32_t *ret) EH_MUST_CHECK;

/* What was said, whenever that was. */
struct said {
    uint8_t status;
    bool has_for;
    int64_t for_s;
};
/* When it ends by itself if it takes effect at `from_us`. */
int64_t eh_signal_until(const struct eh_engine *, const struct rep *, struct said, int64_t from_us);
/* When overloaded that began at `from_us` may end at the earliest. */
int64_t eh_overloaded_least_until(const struct eh_engine *, const struct rep *, int64_t from_us);
/* When the next change of the state in force may be: now, or later. */
int64_t eh_change_from(const struct rep *, int32_t date, int64_t now_us);
/* When the next signal may become an input: now, or later. */
int64_t eh_input_from(const struct rep *, int32_t date, int64_t now_us);
void eh_rate_count(struct rate *, int32_t date, int64_t now_us);
/* When overloaded may last anew, as it is said now: now, or later. */
int64_t eh_overload_from(const struct eh_engine *, const struct rep *, struct said, int64_t now_us);
/* It says what is in force, and not for longer. */
bool eh_overload_repeats(const struct eh_engine *, const struct rep *, struct said, int64_t now_us);
void eh_overload_count(const struct eh_engine *, struct rep *, struct said, int64_t now_us);

#define SNAPSHOT_MAGIC      "EVENHAND"
#define SNAPSHOT_MAGIC_SIZE 8

#endif
