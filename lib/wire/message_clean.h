/*
 * message_clean: makes one line of a text that decides nothing: without control characters, valid
 * UTF-8, cut to a length.
 *
 *     unsigned how;
 *     struct eh_str line = eh_clean_line(told, 1024, &arena, &how);   // how: EH_CLEANED_CUT | …
 */
#ifndef EVENHAND_WIRE_MESSAGE_CLEAN_H
#define EVENHAND_WIRE_MESSAGE_CLEAN_H

#include <evenhand/base/base.h>

enum eh_cleaned {
    EH_CLEANED_CONTROL = 1, /* tabs and line breaks are a blank; other controls are gone, those of
                               U+0080 to U+009F are U+FFFD */
    EH_CLEANED_ROUGH = 2,   /* bytes that are no UTF-8 are U+FFFD */
    EH_CLEANED_CUT = 4      /* at `most` bytes, between characters */
};

/* Returns the clean line, which may be empty; its data is NULL when memory ran out. Clean text is
 * returned itself, not a copy. */
struct eh_str eh_clean_line(struct eh_str told, size_t most, struct eh_arena *, unsigned *ret_how);

#endif
