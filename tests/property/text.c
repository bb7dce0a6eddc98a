/* property/text: our formatter beside the C library's, ids from any bytes, UTF-8 beside a decoder
 * written the slow way. */
#include <evenhand/base/base.h>

#include <criterion/criterion.h>

#include "seed.h"

#define ROUNDS 20000

static void assert_same_number(const char *format, long long value)
{
    char ours[64], theirs[64];
    size_t size = eh_format(ours, sizeof ours, format, value);
    cr_assert_eq((int)size, snprintf(theirs, sizeof theirs, format, value));
    cr_assert_str_eq(ours, theirs, "%s of %lld: `%s`, not `%s`", format, value, ours, theirs);
}

Test(text, numbers_are_formatted_as_by_printf)
{
    static const char *const flags[] = {"", "0", "-"};
    static const char *const letters[] = {"lld", "llu", "llx"};
    struct seed seed = seed_start();
    for (int i = 0; i < ROUNDS; i++) {
        long long value = (long long)(seed_next(&seed) >> seed_below(&seed, 64));
        const char *flag = flags[seed_below(&seed, 3)];
        char format[24];
        int width = (int)seed_below(&seed, 30);
        if (width > 0)
            snprintf(format, sizeof format, "[%%%s%d%s]", flag, width, letters[i % 3]);
        else
            snprintf(format, sizeof format, "[%%%s]", letters[i % 3]);
        assert_same_number(format, seed_below(&seed, 2) ? value : -value);
    }
}

Test(text, text_is_formatted_as_by_printf_into_any_room)
{
    struct seed seed = seed_start();
    for (int i = 0; i < ROUNDS; i++) {
        char ours[40], theirs[40];
        size_t room = 1 + seed_below(&seed, sizeof ours);
        int cut = (int)seed_below(&seed, 12), number = (int)seed_next(&seed);
        size_t size = eh_format(ours, room, "%s|%.*s|%6d|%-12s|%c", "ana", cut, "balanced", number,
                                "sales", 'x');
        int expected = snprintf(theirs, room, "%s|%.*s|%6d|%-12s|%c", "ana", cut, "balanced",
                                number, "sales", 'x');
        cr_assert_eq((int)size, expected);
        cr_assert_str_eq(ours, theirs);
    }
}

/* Random bytes, mostly from the edges of UTF-8. */
static struct eh_str any_bytes(struct seed *seed, uint8_t *room, size_t most)
{
    static const uint8_t edges[] = {0x00, 0x20, 0x41, 0x7A, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                    0xA0, 0xBF, 0xC0, 0xC2, 0xC3, 0xDF, 0xE0, 0xE2, 0xED,
                                    0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF, '-',  '.',  '9'};
    size_t size = seed_below(seed, most);
    for (size_t i = 0; i < size; i++)
        room[i] =
            seed_below(seed, 8) ? edges[seed_below(seed, sizeof edges)] : (uint8_t)seed_next(seed);
    return eh_str_n((const char *)room, size);
}

Test(text, any_bytes_give_an_id_or_nothing)
{
    struct seed seed = seed_start();
    uint8_t room[200];
    for (int i = 0; i < ROUNDS; i++) {
        struct eh_str name = any_bytes(&seed, room, sizeof room);
        char id[EH_ID_MAX + 1], again[EH_ID_MAX + 1];
        size_t size = eh_id_from_name(name, id);
        cr_assert_eq(size, strlen(id));
        cr_assert(size == 0 || eh_id_valid(eh_str(id)), "%s", id);
        eh_id_from_name(eh_str(id), again);
        cr_assert_str_eq(again, id); /* an id made is an id kept */
    }
}

/* Decodes and looks at the code point, where eh_utf8_valid() looks at bytes. */
static bool valid_the_slow_way(struct eh_str s)
{
    for (size_t at = 0; at < s.size;) {
        uint8_t lead = (uint8_t)s.data[at];
        size_t size = lead < 0x80           ? 1
                      : (lead >> 5) == 0x06 ? 2
                      : (lead >> 4) == 0x0E ? 3
                      : (lead >> 3) == 0x1E ? 4
                                            : 0;
        if (size == 0 || at + size > s.size)
            return false;
        uint32_t point = size == 1 ? lead : lead & (0x7Fu >> size);
        for (size_t i = 1; i < size; i++) {
            if (((uint8_t)s.data[at + i] >> 6) != 2)
                return false;
            point = point << 6 | ((uint8_t)s.data[at + i] & 0x3Fu);
        }
        static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
        if (point < least[size] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
            return false;
        at += size;
    }
    return true;
}

Test(text, utf8_is_told_from_other_bytes)
{
    struct seed seed = seed_start();
    uint8_t room[24];
    for (int i = 0; i < ROUNDS * 10; i++) {
        struct eh_str s = any_bytes(&seed, room, 2 + seed_below(&seed, 22));
        size_t bad_at = 0;
        bool valid = eh_utf8_valid(s, &bad_at);
        cr_assert_eq(valid, valid_the_slow_way(s));
        if (!valid)
            cr_assert(valid_the_slow_way(eh_str_n(s.data, bad_at)) && bad_at < s.size);
    }
}

/* Text of characters of one to four bytes, none of them whole at the same places as in another. */
static struct eh_str any_text(struct seed *seed, char *room, size_t most)
{
    static const char *const characters[] = {"a", "\u00dc", "\u20ac", "\U0001F600", "z", "\u4e2d"};
    size_t size = 0, wanted = seed_below(seed, most);
    while (size < wanted) {
        const char *character = characters[seed_below(seed, 6)];
        if (size + strlen(character) > most)
            break;
        memcpy(room + size, character, strlen(character));
        size += strlen(character);
    }
    return eh_str_n(room, size);
}

Test(text, a_cut_is_between_characters_and_takes_no_more_than_it_must)
{
    struct seed seed = seed_start();
    char room[200], out[64];
    for (int i = 0; i < ROUNDS; i++) {
        struct eh_str s = any_text(&seed, room, sizeof room);
        size_t most = seed_below(&seed, sizeof out);
        struct eh_str cut = eh_str_cut(s, most);
        cr_assert(eh_utf8_valid(cut, NULL) && cut.size <= most);
        cr_assert(cut.size == s.size || cut.size + 4 > most);
        eh_format(out, sizeof out, "%.*s", (int)most, s.size ? s.data : "");
        cr_assert(s.size < most || eh_str_equal(eh_str(out), cut));
        eh_format(out, most + 1, "%.*s", EH_STR_ARG(s));
        cr_assert(eh_str_equal(eh_str(out), cut));
    }
}

Test(text, an_error_is_one_line_of_text_whatever_it_repeats)
{
    struct seed seed = seed_start();
    uint8_t bytes[400];
    char room[400];
    for (int i = 0; i < ROUNDS; i++) {
        struct eh_error error = {0};
        struct eh_str wild = any_bytes(&seed, bytes, sizeof bytes);
        struct eh_str tame = any_text(&seed, room, sizeof room);
        eh_error_field(&error, EH_EINVAL, "value", "%.*s|%.*s|%c", EH_STR_ARG(tame),
                       EH_STR_ARG(wild), (char)seed_next(&seed));
        cr_assert(eh_utf8_valid(eh_str(error.text), NULL));
        for (const char *at = error.text; *at; at++)
            cr_assert((uint8_t)*at >= 0x20 && *at != 0x7F);
        if (tame.size + wild.size + 3 < sizeof error.text)
            cr_assert(memcmp(error.text, room, tame.size) == 0);
    }
}

Test(text, what_a_screen_hides_is_known)
{
    static const uint32_t hidden[] = {0,      0x1B,   0x7F,   0x85,   0xAD,    0x200B, 0x200D,
                                      0x200F, 0x202E, 0x2066, 0xFEFF, 0xE0041, 0x2028, 0x061C};
    static const uint32_t shown[] = {' ',    'a',    0xA0,    0xDC,    0x0301,
                                     0x20AC, 0x4E2D, 0x1F600, 0x10FFFF};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        cr_assert(eh_utf8_hidden(hidden[i]), "U+%04X", hidden[i]);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        cr_assert_not(eh_utf8_hidden(shown[i]), "U+%04X", shown[i]);
}
