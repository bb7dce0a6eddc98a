/*
 * message_clean: text that is only read, made one line without control characters, and cut.
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

/* Returns the cleaned line, which may be empty. Text that needs no cleaning is returned as it is,
 * not copied. Data NULL: out of memory. */
struct eh_str eh_clean_line(struct eh_str told, size_t most, struct eh_arena *, unsigned *ret_how);

#endif
