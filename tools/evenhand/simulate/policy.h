/*
 * policy: a desk as it would be under another policy, for an engine.
 *
 * It keeps what affects a deal: kinds, reps, memberships, hours, limits and the rest of the desk
 * file. Everybody is at work in their hours until they say otherwise (a history has no signals),
 * and nothing is paid: plans are left out.
 *
 *     struct eh_parsed_desk *file;
 *     r = eh_policy_desk(text, "rotation", &file, &error);
 *     in.message.text = file->text;
 *     in.parsed_desk = file;
 *     r = eh_engine_step(engine, &in, &effects);
 *     eh_parsed_desk_drop(file);
 */
#ifndef EVENHAND_TOOLS_SIMULATE_POLICY_H
#define EVENHAND_TOOLS_SIMULATE_POLICY_H

#include <evenhand/engine/parsed_desk.h>

/* The text of the file is as it was. `policy` has to outlive it. -EH_E… as eh_desk_parse_new(). */
int eh_policy_desk(struct eh_str text, const char *policy, struct eh_parsed_desk **ret,
                   struct eh_error *) EH_MUST_CHECK;

#endif
