/*
 * parsed_desk: a desk file that was read: its text, what it says and its hash. It is read once, and
 * has as many holders as keep it: the command that brought it, and the engine that takes it.
 *
 *     struct eh_parsed_desk *file;
 *     r = eh_parsed_desk_new(text, EH_DESK_WRITTEN_NOW, &file, &error);
 *     in.message.text = file->text;
 *     in.parsed_desk = file;       // borrowed; an engine that takes it is one more holder
 *     r = eh_engine_step(e, &in, &fx);
 *     eh_parsed_desk_drop(file);   // the engine's stays
 *
 * An input without one is decided alike: the engine reads the text again. Holders are counted
 * without a lock: all of them are in one thread.
 */
#ifndef EVENHAND_ENGINE_PARSED_DESK_H
#define EVENHAND_ENGINE_PARSED_DESK_H

#include <evenhand/wire/desk.h>

EH_C_BEGIN

enum eh_desk_written {
    EH_DESK_WRITTEN_BEFORE, /* it is in a log, or was applied once: eh_desk_parse() */
    EH_DESK_WRITTEN_NOW,    /* a person wrote it: eh_desk_parse_new() */
};

struct eh_parsed_desk {
    uint32_t holders;
    struct eh_arena arena; /* owns all of it */
    struct eh_str text;
    /* The engine that takes it sets `before_unearned` of its plans, each time it decides on it. */
    struct eh_desk *desk;
    uint8_t sha256[32]; /* of the text */
};

/* Reads a copy of the text; the caller is its one holder. -EH_E… as eh_desk_parse_new(). */
int eh_parsed_desk_new(struct eh_str text, enum eh_desk_written, struct eh_parsed_desk **ret,
                       struct eh_error *) EH_MUST_CHECK;
/* One holder more; returns the file. */
struct eh_parsed_desk *eh_parsed_desk_hold(struct eh_parsed_desk *);
/* One holder less; the last one frees it. NULL is nothing. */
void eh_parsed_desk_drop(struct eh_parsed_desk *);

EH_C_END

#endif
