/*
 * signals: available, overloaded, away. Private to engine/.
 */
#ifndef EVENHAND_LIB_ENGINE_SIGNALS_H
#define EVENHAND_LIB_ENGINE_SIGNALS_H

#include "units.h"

struct eh_engine;
struct rep;
struct step;

/* The user who says the step's message, if that is not the rep; or empty. */
struct eh_str eh_said_by(const struct step *, uint32_t rep);
/* Whether overloaded is in force, or held back. */
bool eh_overloaded_said(const struct rep *);
/* Tells the rep that this user ended overloaded, and why. */
int eh_tell_ended(struct step *, uint32_t rep, struct eh_str by) EH_MUST_CHECK;
int eh_signal_expire(struct step *, uint32_t rep) EH_MUST_CHECK;
/* Sets status and times, keeps the heap, the trees and the digest. */
void eh_signal_set(struct eh_engine *, uint32_t rep, int status, int64_t now_us, int64_t until_us);
/* Notes that the input is, or stands for, the newest signal of the stream. */
void eh_signal_newest(struct step *, uint32_t rep);
/* Drops the held signal. */
void eh_held_drop(struct eh_engine *, uint32_t rep);

#endif
