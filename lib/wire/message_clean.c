/* message_clean.c: writes a text into a line, character by character. */
#include "message_clean.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static bool character_is_break(uint32_t point)
{
    return (point >= '\t' && point <= '\r') || point == 0x85 || point == 0x2028 || point == 0x2029;
}

static bool character_is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

static unsigned text_faults(struct eh_str s)
{
    unsigned faults = 0;
    while (s.size > 0) {
        uint32_t point = 0;
        size_t size = eh_utf8_next(s, &point);
        faults |= size == 0                     ? EH_CLEANED_ROUGH
                  : character_is_control(point) ? EH_CLEANED_CONTROL
                                                : 0;
        size += size == 0;
        s = eh_str_n(s.data + size, s.size - size);
    }
    return faults;
}

struct line {
    struct eh_bytes bytes;
    bool folds; /* a break came last: it and the blanks around it become one */
};

static void line_put_character(struct line *line, const char *data, size_t size)
{
    bool blank = size == 1 && *data == ' ';
    if (blank && line->folds)
        return;
    if (line->folds) {
        while (line->bytes.size > 0 && line->bytes.data[line->bytes.size - 1] == ' ')
            line->bytes.size--;
        if (line->bytes.size > 0)
            eh_bytes_put_u8(&line->bytes, ' ');
        line->folds = false;
    }
    eh_bytes_put(&line->bytes, data, size);
}

static void line_put(struct eh_str s, struct line *line)
{
    while (s.size > 0) {
        uint32_t point = 0;
        size_t size = eh_utf8_next(s, &point);
        if (size == 0)
            line_put_character(line, REPLACEMENT, sizeof REPLACEMENT - 1);
        else if (character_is_break(point))
            line->folds = true;
        else if (!character_is_control(point))
            line_put_character(line, s.data, size);
        else if (point >= 0x80)
            line_put_character(line, REPLACEMENT, sizeof REPLACEMENT - 1);
        size += size == 0;
        s = eh_str_n(s.data + size, s.size - size);
    }
}

struct eh_str eh_clean_line(struct eh_str told, size_t most, struct eh_arena *arena,
                            unsigned *ret_how)
{
    struct line line = {.bytes = EH_BYTES_INIT};
    struct eh_str clean = told;
    *ret_how = text_faults(told);
    if (*ret_how) {
        line_put(told, &line);
        clean = eh_str_n((const char *)line.bytes.data, line.bytes.size);
    }
    if (clean.size > most) {
        clean = eh_str_cut(clean, most);
        *ret_how |= EH_CLEANED_CUT;
    }
    if (*ret_how & ~(unsigned)EH_CLEANED_CUT)
        clean = line.bytes.failed ? (struct eh_str){NULL, 0} : eh_arena_str(arena, clean);
    eh_bytes_done(&line.bytes);
    return clean;
}
