/*
 * parts: what screens have in common: moments, money, tickets, forms. All write into page->main.
 *
 *     eh_part_time(page, eh_text_of(ticket, "assigned_at"));
 *     eh_part_money(page, eh_int_of(ticket, "value"), eh_text_of(ticket, "currency"));
 *     eh_part_form(page, "/change/signal", "switch");
 *     eh_html(&page->main, "<button name=\"status\" value=\"away\">Away</button>");
 *     eh_part_form_end(page);
 */
#ifndef EVENHAND_WEB_SCREENS_PARTS_H
#define EVENHAND_WEB_SCREENS_PARTS_H

#include "web/screens/page.h"

/* A moment (RFC 3339, as answers have it), in the desk's zone: today's hour, or day and hour.
 * "": nothing is written. */
void eh_part_time(struct eh_page *, const char *when);
/* The same with how long ago it was: browsers with scripts say so. */
void eh_part_since(struct eh_page *, const char *when);
/* A day (2026-11-30). */
void eh_part_day(struct eh_page *, const char *day);
/* When an answer was made that is kept though something moved since. NULL: nothing is written. */
void eh_part_as_of(struct eh_page *, const struct eh_answer *);
/* An amount in minor units. "": the desk's currency. */
void eh_part_money(struct eh_page *, int64_t amount, const char *currency);
/* A ratio in millionths, as percent. */
void eh_part_percent(struct eh_page *, int64_t ppm);
/* A ticket's id, which leads to the helpdesk where ticket_url is set. */
void eh_part_ticket(struct eh_page *, const char *source, const char *id);
/* A rep's state, with its reason and until when: of an item of /v1/teams or of /v1/reps. */
void eh_part_state(struct eh_page *, const json_t *rep);
/* "Sales", or the id where it has no name; the same of a rep. */
const char *eh_name_of(const json_t *object);
/* A rep's name, where the team's answer has it. */
const char *eh_name_in(const json_t *team, const char *rep);
/* Whether the person commands it. Who sees all need not. */
bool eh_page_manages(const struct eh_page *, const char *team);
/* Whether they may read all of it: its manager, or somebody who sees all. */
bool eh_page_reads(const struct eh_page *, const char *team);
/* What a waiting ticket waits for, in words; "": it does not say. */
const char *eh_waiting_words(const char *why);
/* A link to what was done in a team, by whom and why. */
void eh_part_log_of(struct eh_page *, const char *team);
/* <a href=", up to the quote that ends the address. here: it is where the person is. */
void eh_part_link(struct eh_page *, bool here);
/* An address with its values percent-encoded, in the page's memory. */
const char *eh_part_url(struct eh_page *, const char *format, ...) EH_PRINTF(2, 3);
/* A bar from 0 to most, with the same in words beside it. */
void eh_part_bar(struct eh_page *, int64_t value, int64_t most, const char *words);
/* The same, with a ratio in millionths within its words: "scores 92% of …". */
void eh_part_bar_percent(struct eh_page *, int64_t value, int64_t most, const char *before,
                         int64_t ppm, const char *after);

/* Opens a form that asks for a change (change/changes.h), of a class of its own. What went wrong
 * with it stands in it: see eh_part_wrong(). */
void eh_part_form(struct eh_page *, const char *change, const char *class_name);
/* The same where a page has one for each of many things: a hidden field says which, and what went
 * wrong stands in the form of that one alone. */
void eh_part_form_for(struct eh_page *, const char *change, const char *class_name,
                      const char *field, const char *which);
void eh_part_form_end(struct eh_page *);
/* A hidden field. */
void eh_part_hidden(struct eh_page *, const char *name, const char *value);
/* What was said in a field of a form that was refused; else `other`. */
const char *eh_part_value(const struct eh_page *, const char *change, const char *field,
                          const char *other);

#endif
