/* message_fill.c: puts parsed values into the fields of a message by the table of fields, with a
 * sentence for every refusal. */
#include <evenhand/wire/schedule.h>
#include <evenhand/wire/skill.h>

#include "message_clean.h"
#include "message_fields.h"

#define SHOWN_MAX      40 /* bytes of a refused text that an error repeats */
#define SHOWN(s)       EH_STR_ARG(eh_str_cut(s, SHOWN_MAX))
#define PATH_MAX_BYTES 64 /* "skills[15]" */
#define OWNERS         (EH_FIELD_BIT(EH_FIELD_OWNER) | EH_FIELD_BIT(EH_FIELD_ACCOUNT))

/* The message that is being filled and what the functions below need for it. */
struct filling {
    const struct eh_pairs *pairs;
    struct eh_arena *arena;
    struct eh_message *m;
    struct eh_error *error;
    size_t word_size;
    char words[EH_MENDED_MAX + 1]; /* what was mended */
};

/* --- words about what was mended --- */

static void words_say(struct filling *f, const char *name, const char *format, va_list args)
{
    char word[EH_MENDED_MAX];
    eh_format_v(word, sizeof word, format, args);
    f->word_size += eh_format(f->words + f->word_size, sizeof f->words - f->word_size, "%s%s: %s",
                              f->word_size ? "; " : "", name, word);
}

EH_PRINTF(3, 4) static void say(struct filling *f, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    words_say(f, name, format, args);
    va_end(args);
}

/* Notes that a field is left out. `why` is the error of the function that refused its value. */
static void field_leave_out(struct filling *f, const struct eh_field_row *row,
                            const struct eh_error *why)
{
    const char *text = why->text;
    size_t name = row->name_size;
    if (strncmp(text, row->name, name) == 0 && strncmp(text + name, ": ", 2) == 0)
        text += name + 2;
    say(f, row->name, "left out: %s", text);
}

static int words_keep(struct filling *f)
{
    if (f->word_size == 0)
        return 0;
    eh_text_tidy(f->words, f->word_size); /* the words may quote the sender's text */
    f->m->mended = eh_arena_str(f->arena, eh_str_n(f->words, f->word_size));
    f->m->has |= EH_FIELD_BIT(EH_FIELD_MENDED);
    return f->m->mended.data ? 0 : eh_error_set(f->error, EH_ENOMEM, "out of memory");
}

static int value_refuse_kind(struct filling *f, const char *path, const char *wanted,
                             enum eh_value_kind kind)
{
    static const char *const kinds[] = {
        [EH_VALUE_NULL] = "null (leave the key out)",
        [EH_VALUE_BOOLEAN] = "true or false",
        [EH_VALUE_INTEGER] = "a number",
        [EH_VALUE_FLOAT] = "a number",
        [EH_VALUE_TEXT] = "text",
        [EH_VALUE_BYTES] = "binary",
        [EH_VALUE_ARRAY] = "an array",
        [EH_VALUE_MAP] = "a map",
        [EH_VALUE_EXTENSION] = "an extension",
    };
    return eh_error_field(f->error, EH_EINVAL, path, "%s: must be %s, not %s", path, wanted,
                          kinds[kind]);
}

/* --- text --- */

static bool text_find_control(struct eh_str s, uint32_t *ret_at)
{
    for (uint32_t i = 0; i < s.size; i++) {
        uint8_t byte = (uint8_t)s.data[i];
        bool c1 = byte == 0xC2 && i + 1 < s.size && (uint8_t)s.data[i + 1] < 0xA0;
        if (byte < 0x20 || byte == 0x7F || c1) {
            *ret_at = i;
            return true;
        }
    }
    return false;
}

/* Checks a text that is valid UTF-8: the scan saw to that. */
static int text_check(struct filling *f, const char *path, struct eh_str s, int64_t most)
{
    uint32_t at;
    if (s.size == 0)
        return eh_error_field(f->error, EH_EINVAL, path, "%s: empty", path);
    if (s.size > most)
        return eh_error_field(f->error, EH_ERANGE, path, "%s: %u bytes, at most %lld", path, s.size,
                              (long long)most);
    if (text_find_control(s, &at))
        return eh_error_field(f->error, EH_EINVAL, path, "%s: control character at byte %u", path,
                              at);
    return 0;
}

static int text_take(struct filling *f, const struct eh_field_row *row,
                     const struct eh_value *value)
{
    if (value->kind != EH_VALUE_TEXT)
        return value_refuse_kind(f, row->name, "text", value->kind);
    struct eh_str text = value->text;
    int r = text_check(f, row->name, text, row->most);
    if (r < 0)
        return r;
    if (f->pairs->text_is_ours)
        text = eh_arena_str(f->arena, text);
    if (!text.data)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    eh_field_set_text(f->m, row, text);
    return 0;
}

/* --- text that is only read --- */

static int clean_keep(struct filling *f, const struct eh_field_row *row, struct eh_str text)
{
    unsigned how;
    bool rough = f->pairs->rough >> (row - eh_field_rows) & 1;
    struct eh_str clean = eh_clean_line(text, (size_t)row->most, f->arena, &how);
    if (!clean.data && clean.size)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    if (clean.size == 0) {
        say(f, row->name, "left out: empty");
        return 0;
    }
    if (how & EH_CLEANED_CONTROL)
        say(f, row->name, "control characters taken out");
    if (how & EH_CLEANED_ROUGH || rough)
        say(f, row->name, "bytes that are no UTF-8 taken out");
    if (how & EH_CLEANED_CUT)
        say(f, row->name, "cut to %u bytes", clean.size);
    if (f->pairs->text_is_ours || text.data != clean.data)
        clean = eh_arena_str(f->arena, clean);
    if (!clean.data)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    eh_field_set_text(f->m, row, clean);
    return 1;
}

static int number_keep_as_text(struct filling *f, const struct eh_field_row *row, int64_t number)
{
    char text[EH_DECIMAL_TEXT_MAX];
    size_t size = eh_format(text, sizeof text, "%lld", (long long)number);
    struct eh_str kept = eh_arena_str(f->arena, eh_str_n(text, size));
    if (!kept.data)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    say(f, row->name, "a number, taken as text");
    eh_field_set_text(f->m, row, kept);
    return 1;
}

/* 1: taken; 0: left out. */
static int clean_take(struct filling *f, const struct eh_field_row *row,
                      const struct eh_value *value)
{
    struct eh_error why = {0};
    struct filling aside = {.error = &why};
    switch (value->kind) {
    case EH_VALUE_TEXT:
    case EH_VALUE_BYTES:
        return clean_keep(f, row, value->text);
    case EH_VALUE_INTEGER:
        return number_keep_as_text(f, row, value->integer);
    case EH_VALUE_NULL: /* null is as if the key were absent */
        return 0;
    default:
        (void)value_refuse_kind(&aside, row->name, "text", value->kind);
        field_leave_out(f, row, &why);
        return 0;
    }
}

static int currency_take(struct filling *f, const struct eh_field_row *row,
                         const struct eh_value *value)
{
    if (value->kind == EH_VALUE_TEXT && eh_currency_exponent(value->text) < 0)
        return eh_error_field(f->error, EH_EINVAL, row->name,
                              "%s: `%.*s` is no currency of ISO 4217, such as EUR", row->name,
                              SHOWN(value->text));
    struct eh_field_row as_text = *row;
    as_text.most = EH_NAME_MAX;
    return text_take(f, &as_text, value);
}

/* --- skills --- */

/* The skills of one message, sorted. */
struct skills {
    struct eh_str list[EH_SKILLS_MAX];
    size_t count;
    bool levels; /* some came with a level of their own, in a map */
};

/* Inserts a skill. A skill that is in the list already is dropped. */
static int skill_insert(struct filling *f, const struct eh_field_row *row, struct skills *skills,
                        struct eh_str skill)
{
    size_t at = skills->count;
    while (at > 0 && eh_str_compare(skills->list[at - 1], skill) > 0)
        at--;
    if (at > 0 && eh_str_equal(skills->list[at - 1], skill))
        return 0;
    if (skills->count == EH_SKILLS_MAX)
        return eh_error_field(f->error, EH_EFULL, row->name, "%s: more than %d skills", row->name,
                              EH_SKILLS_MAX);
    memmove(skills->list + at + 1, skills->list + at, (skills->count - at) * sizeof *skills->list);
    skills->list[at] = skill;
    skills->count++;
    return 0;
}

/* Of a skill that is asked for at two levels the higher one counts. Texts alone stay as they are:
 * a log may have two that only look like levels. */
static void skills_keep_highest(struct skills *skills)
{
    size_t kept = 0;
    for (size_t i = 0; i < skills->count; i++) {
        bool higher = false;
        for (size_t k = 0; k < skills->count; k++)
            higher |= k != i && eh_skill_meets(skills->list[k], skills->list[i]) &&
                      !(k > i && eh_skill_meets(skills->list[i], skills->list[k]));
        if (!higher)
            skills->list[kept++] = skills->list[i];
    }
    skills->count = kept;
}

static int skills_join(struct filling *f, const struct eh_field_row *row, struct skills *skills)
{
    size_t size = 0;
    if (skills->levels)
        skills_keep_highest(skills);
    for (size_t i = 0; i < skills->count; i++)
        size += skills->list[i].size + 1u;
    char *joined = eh_arena_alloc(f->arena, size);
    if (!joined)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    char *at = joined;
    for (size_t i = 0; i < skills->count; i++) {
        if (i > 0)
            *at++ = EH_TEXT_LIST_SEPARATOR;
        memcpy(at, skills->list[i].data, skills->list[i].size);
        at += skills->list[i].size;
    }
    eh_field_set_text(f->m, row, eh_str_n(joined, (size_t)(at - joined)));
    return 0;
}

/* {"sap": 2}: one skill of a map. */
static int skill_take_pair(struct filling *f, const struct eh_field_row *row, const char *path,
                           struct eh_pair pair, struct skills *skills)
{
    struct eh_str text;
    int r = text_check(f, path, pair.key, EH_NAME_MAX);
    if (r < 0)
        return r;
    if (pair.value.kind != EH_VALUE_INTEGER)
        return value_refuse_kind(f, path, "a name and its level from 1 to 9", pair.value.kind);
    if (pair.value.integer < 1 || pair.value.integer > EH_SKILL_LEVEL_MAX)
        return eh_error_field(f->error, EH_ERANGE, path,
                              "%s: level %lld of `%.*s`; levels go from 1 to %d", path,
                              (long long)pair.value.integer, SHOWN(pair.key), EH_SKILL_LEVEL_MAX);
    r = eh_skill_write(pair.key, (uint32_t)pair.value.integer, f->arena, &text);
    if (r == -EH_EINVAL)
        return eh_error_field(f->error, EH_EINVAL, path, "%s: `%.*s` has a level already", path,
                              SHOWN(pair.key));
    if (r < 0)
        return eh_error_field(f->error, EH_ENOMEM, path, "%s: out of memory", path);
    skills->levels = true;
    r = text_check(f, path, text, EH_NAME_MAX); /* with its level it may be too long */
    return r < 0 ? r : skill_insert(f, row, skills, text);
}

static int skills_take_map(struct filling *f, const struct eh_field_row *row, const char *path,
                           const struct eh_value *map, struct skills *skills)
{
    int r = 0;
    for (size_t i = 0; i < map->array.count && r == 0; i++)
        r = skill_take_pair(f, row, path, f->pairs->pair(map->array.list, i), skills);
    return r;
}

static int skill_take_item(struct filling *f, const struct eh_field_row *row, const char *path,
                           const struct eh_value *item, struct skills *skills)
{
    if (item->kind == EH_VALUE_MAP)
        return skills_take_map(f, row, path, item, skills);
    if (item->kind != EH_VALUE_TEXT)
        return value_refuse_kind(f, path, "text", item->kind);
    int r = text_check(f, path, item->text, EH_NAME_MAX);
    return r < 0 ? r : skill_insert(f, row, skills, item->text);
}

static int skills_take_list(struct filling *f, const struct eh_field_row *row,
                            const struct eh_value *list, struct skills *skills)
{
    if (list->array.count > EH_SKILLS_MAX)
        return eh_error_field(f->error, EH_EFULL, row->name, "%s: %zu skills, at most %d",
                              row->name, list->array.count, EH_SKILLS_MAX);
    int r = 0;
    for (size_t i = 0; i < list->array.count && r == 0; i++) {
        struct eh_value item = f->pairs->item(list->array.list, i);
        char path[PATH_MAX_BYTES];
        eh_format(path, sizeof path, "%s[%zu]", row->name, i);
        r = skill_take_item(f, row, path, &item, skills);
    }
    return r;
}

/* ["german", {"sap": 2}], or one of these not in a list. */
static int skills_take(struct filling *f, const struct eh_field_row *row,
                       const struct eh_value *value)
{
    struct skills skills = {.count = 0};
    int r;
    if (value->kind == EH_VALUE_NULL)
        return 1; /* null is as if the key were absent */
    if (value->kind == EH_VALUE_TEXT || value->kind == EH_VALUE_MAP)
        r = skill_take_item(f, row, row->name, value, &skills);
    else if (value->kind == EH_VALUE_ARRAY)
        r = skills_take_list(f, row, value, &skills);
    else
        return value_refuse_kind(f, row->name, "an array of names", value->kind);
    return r < 0 ? r : skills_join(f, row, &skills);
}

/* --- numbers --- */

#define FLOAT_TEXT_MAX 32

/* Writes a float for an error sentence with six decimals, further ones cut off. Computes from its
 * bits: nothing in lib/ uses floats. Returns true if it is a whole number. */
static bool float_show(uint64_t bits, char ret_text[FLOAT_TEXT_MAX])
{
    const uint64_t hidden = UINT64_C(1) << 52;
    int exponent = (int)(bits >> 52 & 0x7FF) - 1075; /* of the mantissa's last bit */
    uint64_t mantissa = (bits & (hidden - 1)) | hidden;
    const char *sign = bits >> 63 ? "-" : "";
    if (bits << 1 == 0) {
        eh_format(ret_text, FLOAT_TEXT_MAX, "%s0.0", sign);
        return true;
    }
    if (exponent >= 0 || exponent < -80) {
        eh_format(ret_text, FLOAT_TEXT_MAX, "%s", "a float");
        return false;
    }
    unsigned shift = (unsigned)-exponent;
    uint64_t whole = shift < 64 ? mantissa >> shift : 0;
    uint64_t rest = shift < 64 ? mantissa - (whole << shift) : mantissa;
    /* rest < 2^53 and 10^6 < 2^20, so the product fits 73 bits; rounded, for 0.1 is not a tenth */
    unsigned __int128 scaled = (unsigned __int128)rest * 1000000;
    uint64_t micro = (uint64_t)((scaled + ((unsigned __int128)1 << (shift - 1))) >> shift);
    whole += micro / 1000000;
    micro %= 1000000;
    size_t size = eh_format(ret_text, FLOAT_TEXT_MAX, "%s%llu.%06llu", sign,
                            (unsigned long long)whole, (unsigned long long)micro);
    while (ret_text[size - 1] == '0' && ret_text[size - 2] != '.')
        ret_text[--size] = '\0';
    return rest == 0;
}

static int float_refuse(struct filling *f, const char *name, uint64_t bits)
{
    char text[FLOAT_TEXT_MAX];
    if (float_show(bits, text))
        return eh_error_field(f->error, EH_EINVAL, name, "%s: %s must be sent as an integer", name,
                              text);
    return eh_error_field(f->error, EH_EINVAL, name, "%s: %s is not a whole number", name, text);
}

static int number_check(struct filling *f, const struct eh_field_row *row, int64_t number)
{
    if (row->least_told && number < row->least_told)
        return eh_error_field(f->error, EH_ERANGE, row->name,
                              "%s: %lld is before the year 2000; it is milliseconds since 1970",
                              row->name, (long long)number);
    if (number < row->least)
        return eh_error_field(f->error, EH_ERANGE, row->name, "%s: %lld is below %lld", row->name,
                              (long long)number, (long long)row->least);
    if (number > row->most)
        return eh_error_field(f->error, EH_ERANGE, row->name, "%s: %lld is above %lld", row->name,
                              (long long)number, (long long)row->most);
    return 0;
}

static bool field_is_time(const struct eh_field_row *row)
{
    return row->least_told == EH_MILLIS_TOLD_MIN;
}

/* A day without a time is allowed for few times: each has a field for the day. */
static int written_day_take(struct filling *f, const struct eh_field_row *row, int32_t day)
{
    int field = eh_field_of_day((int)(row - eh_field_rows));
    if (field == EH_FIELD_COUNT)
        return eh_error_field(f->error, EH_EINVAL, row->name,
                              "%s: a day alone; a time and its offset from UTC are missing",
                              row->name);
    int r = number_check(f, row, day * INT64_C(86400000) + 86399999);
    if (r < 0)
        return r;
    eh_field_set_number(f->m, &eh_field_rows[field], day);
    f->m->has |= EH_FIELD_BIT(field);
    return 1;
}

/* Reads "2026-03-01T12:00:00+02:00", or a day. */
static int written_time_take(struct filling *f, const struct eh_field_row *row, struct eh_str text)
{
    struct eh_error why = {0};
    int64_t us;
    int32_t day;
    if (text.size == sizeof "2026-03-01" - 1 && eh_date_parse(text, &day, NULL) == 0)
        return written_day_take(f, row, day);
    if (eh_time_parse(text, &us, &why) < 0)
        return eh_error_field(f->error, EH_EINVAL, row->name, "%s: %s", row->name, why.text);
    int r = number_check(f, row, us / 1000);
    if (r == 0)
        eh_field_set_number(f->m, row, us / 1000);
    return r;
}

static int number_take(struct filling *f, const struct eh_field_row *row,
                       const struct eh_value *value)
{
    if (value->kind == EH_VALUE_FLOAT)
        return float_refuse(f, row->name, value->float_bits);
    if (value->kind == EH_VALUE_TEXT && field_is_time(row))
        return written_time_take(f, row, value->text);
    if (value->kind != EH_VALUE_INTEGER)
        return value_refuse_kind(f, row->name, "a whole number", value->kind);
    int r = number_check(f, row, value->integer);
    if (r == 0)
        eh_field_set_number(f->m, row, value->integer);
    return r;
}

/* --- names for numbers --- */

static int named_take(struct filling *f, const struct eh_field_row *row,
                      const struct eh_value *value)
{
    bool is_status = row->kind == EH_KIND_STATUS;
    if (value->kind != EH_VALUE_TEXT)
        return value_refuse_kind(f, row->name, "text", value->kind);
    int number = is_status ? eh_status_from_name(value->text) : eh_outcome_from_name(value->text);
    if (number == 0)
        return eh_error_field(f->error, EH_EINVAL, row->name, "%s: `%.*s` is none of %s", row->name,
                              SHOWN(value->text),
                              is_status ? "available, overloaded, away"
                                        : "won, lost, resolved, cancelled, reopened, refunded, "
                                          "rated");
    eh_field_set_number(f->m, row, number);
    return 0;
}

/* 1: false, which is as if the key were absent. */
static int flag_take(struct filling *f, const struct eh_field_row *row,
                     const struct eh_value *value)
{
    if (value->kind != EH_VALUE_BOOLEAN)
        return value_refuse_kind(f, row->name, "true or false", value->kind);
    eh_field_set_number(f->m, row, value->integer);
    return value->integer < row->least;
}

typedef int take_fn(struct filling *, const struct eh_field_row *, const struct eh_value *);

static take_fn *const kind_take[] = {
    [EH_KIND_TEXT] = text_take,     [EH_KIND_CURRENCY] = currency_take,
    [EH_KIND_SKILLS] = skills_take, [EH_KIND_INTEGER] = number_take,
    [EH_KIND_SMALL] = number_take,  [EH_KIND_STATUS] = named_take,
    [EH_KIND_OUTCOME] = named_take, [EH_KIND_FLAG] = flag_take,
};

/* --- the message --- */

/* A null means "none" for a field that may be mended. */
static bool value_is_none(const struct eh_field_row *row, const struct eh_value *value)
{
    return value->kind == EH_VALUE_NULL && row->mending != EH_MEND_NEVER;
}

/* Whether the field is all that its message has to say: a rating is nothing without its `csat`. */
static bool field_is_alone(const struct filling *f, const struct eh_field_row *row)
{
    const struct eh_value *outcome = eh_pairs_get(f->pairs, eh_str("outcome"));
    return row == &eh_field_rows[EH_FIELD_CSAT] && outcome && outcome->kind == EH_VALUE_TEXT &&
           eh_outcome_from_name(outcome->text) == EH_OUTCOME_RATED;
}

/* Takes the bound in place of a number beyond it. False: this is no such field or no number. */
static bool nearest_take(struct filling *f, const struct eh_field_row *row,
                         const struct eh_value *value)
{
    if (row->mending != EH_MEND_NEAREST || value->kind != EH_VALUE_INTEGER)
        return false;
    int64_t nearest = value->integer < row->least ? row->least : row->most;
    eh_field_set_number(f->m, row, nearest);
    say(f, row->name, "%lld, taken as %lld", (long long)value->integer, (long long)nearest);
    return true;
}

/* 1: taken; 0: left out. */
static int value_take_or_mend(struct filling *f, const struct eh_field_row *row,
                              const struct eh_value *value)
{
    struct eh_error why = {0}, *error = f->error;
    f->error = &why;
    int r = kind_take[row->kind](f, row, value);
    f->error = error;
    if (r >= 0)
        return r == 0; /* of kind_take, 1 means: not this field */
    if (r == -EH_ENOMEM || field_is_alone(f, row))
        return eh_error_field(error, -r, row->name, "%s", why.text);
    if (nearest_take(f, row, value))
        return 1;
    field_leave_out(f, row, &why);
    return 0;
}

/* Whether the field says who has a ticket now: null says that nobody has it, and a value that
 * cannot be read refuses the message. */
static bool field_is_owner(const struct eh_message *m, const struct eh_field_row *row)
{
    return m->type == EH_MESSAGE_OWNER &&
           (row == &eh_field_rows[EH_FIELD_OWNER] || row == &eh_field_rows[EH_FIELD_ACCOUNT]);
}

/* 1: the message has the field. 0: it was left out. */
static int pair_take(struct filling *f, const struct eh_field_row *row,
                     const struct eh_value *value)
{
    bool required = eh_message_types[f->m->type].required & EH_FIELD_BIT(row - eh_field_rows);
    bool read = value->kind == EH_VALUE_TEXT && value->text.size > 0;
    bool owner = field_is_owner(f->m, row);
    if (owner && value->kind == EH_VALUE_NULL)
        return 0;
    if (owner && f->pairs->rough >> (row - eh_field_rows) & 1)
        return eh_error_field(f->error, EH_EINVAL, row->name, "%s: bytes that are no UTF-8",
                              row->name);
    if (row->mending == EH_MEND_NEVER || owner || (required && !read)) {
        int r = kind_take[row->kind](f, row, value);
        return r < 0 ? r : r == 0; /* of kind_take, 1 means: not this field */
    }
    if (value_is_none(row, value))
        return 0;
    return row->mending == EH_MEND_CLEAN ? clean_take(f, row, value)
                                         : value_take_or_mend(f, row, value);
}

/* Why a ticket was cancelled is one of few words, so that they can be counted. */
static void cancellation_check(struct filling *f)
{
    static const char *const reasons[] = {EH_CANCELLED_REASONS};
    struct eh_message *m = f->m;
    if (m->type != EH_MESSAGE_OUTCOME || !eh_message_has(m, EH_FIELD_REASON))
        return;
    bool known = false;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        known = known || eh_str_equal(m->reason, eh_str(reasons[i]));
    if (known && m->outcome == EH_OUTCOME_CANCELLED)
        return;
    m->has &= ~EH_FIELD_BIT(EH_FIELD_REASON);
    m->reason = eh_str(NULL);
    say(f, "reason",
        known ? "left out: only what is cancelled has one"
              : "left out: none of spam, duplicate, merged, test, customer");
}

#define KEYS_MAX 160 /* bytes of the keys that a type takes */

/* "value, priority, …" */
static void keys_list(uint64_t fields, char ret[KEYS_MAX])
{
    size_t used = 0;
    ret[0] = '\0';
    for (int field = 0; field < EH_FIELD_COUNT; field++)
        if (fields & EH_FIELD_BIT(field))
            used += eh_format(ret + used, KEYS_MAX - used, "%s%s", used ? ", " : "",
                              eh_field_rows[field].name);
}

/* Whoever tells an update of something that it cannot change would wait for it in vain. */
static int strange_refuse(const struct filling *f, const struct eh_pair *pair)
{
    const struct eh_message_type_row *type = &eh_message_types[f->m->type];
    bool strange = eh_message_is(f->m, EH_TYPE_STRICT) && pair->value.kind != EH_VALUE_NULL &&
                   eh_field_named(pair->key) < EH_FIELD_COUNT;
    char name[32], keys[KEYS_MAX];
    if (!strange)
        return 0;
    eh_format(name, sizeof name, "%.*s", EH_STR_ARG(pair->key));
    keys_list(type->optional, keys);
    return eh_error_field(f->error, EH_EINVAL, name,
                          "%s: an %s takes %s alone; to change more, send the whole ticket again",
                          name, eh_message_type_name(f->m->type), keys);
}

int eh_message_fill(const struct eh_pairs *pairs, struct eh_arena *arena, struct eh_message *m,
                    struct eh_error *error)
{
    struct filling f = {.pairs = pairs, .arena = arena, .m = m, .error = error};
    const struct eh_message_type_row *type = &eh_message_types[m->type];
    uint64_t seen = 0;
    for (size_t i = 0; i < pairs->count; i++) {
        int field = eh_field_find(pairs->pairs[i].key, type->required | type->optional);
        if (field == EH_FIELD_COUNT && strange_refuse(&f, &pairs->pairs[i]) < 0)
            return -EH_EINVAL;
        if (field == EH_FIELD_COUNT)
            continue;
        const struct eh_field_row *row = &eh_field_rows[field];
        if (seen & EH_FIELD_BIT(field)) {
            say(&f, row->name, "given twice, the first is taken");
            continue;
        }
        seen |= EH_FIELD_BIT(field);
        int r = pair_take(&f, row, &pairs->pairs[i].value);
        if (r < 0)
            return r;
        if (r > 0)
            m->has |= EH_FIELD_BIT(field);
    }
    if (m->type == EH_MESSAGE_OWNER && !(seen & OWNERS))
        return eh_error_field(error, EH_EINVAL, "owner", "owner: missing; null if nobody has it");
    cancellation_check(&f);
    return words_keep(&f);
}

static void default_set(struct eh_message *m, const struct eh_field_row *row)
{
    if (eh_field_is_text(row))
        eh_field_set_text(m, row, eh_str(row->default_text));
    else
        eh_field_set_number(m, row, row->default_number);
}

/* The word is not repeated: why somebody is absent stands nowhere but where it can be erased. */
static int absence_check(const struct eh_message *m, struct eh_error *error)
{
    if (m->type != EH_MESSAGE_ABSENCE || m->reason.size == 0 ||
        eh_message_has(m, EH_FIELD_CANCEL) || eh_absence_from_name(m->reason))
        return 0;
    return eh_error_field(error, EH_EINVAL, "reason", "reason: is none of %s", EH_ABSENCE_REASONS);
}

int eh_message_finish(struct eh_message *m, struct eh_error *error)
{
    const struct eh_message_type_row *type = &eh_message_types[m->type];
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (m->has & EH_FIELD_BIT(field))
            continue;
        if (type->required & EH_FIELD_BIT(field))
            return eh_error_field(error, EH_EINVAL, row->name, "%s: missing", row->name);
        if (type->defaulted & EH_FIELD_BIT(field)) {
            default_set(m, row);
            m->has |= EH_FIELD_BIT(field);
        }
    }
    if (!eh_message_is(m, EH_TYPE_SIGNED) && m->value < 0)
        return eh_error_field(error, EH_ERANGE, "value", "value: %lld is below 0",
                              (long long)m->value);
    /* A ticket that asks for no skill says the same as one that does not speak of skills; an update
     * that asks for none takes them away. */
    if (m->type == EH_MESSAGE_TICKET && m->skills.size == 0)
        m->has &= ~EH_FIELD_BIT(EH_FIELD_SKILLS);
    return absence_check(m, error);
}

const struct eh_value *eh_pairs_get(const struct eh_pairs *pairs, struct eh_str key)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (eh_str_equal(pairs->pairs[i].key, key))
            return &pairs->pairs[i].value;
    return NULL;
}

#define TYPE_NAMES_MAX 256 /* bytes of a list of all types */

/* "ticket, update, …": the types that may stand on the stream. */
static void stream_types_list(char ret[TYPE_NAMES_MAX])
{
    size_t used = 0;
    for (int type = 1; type <= EH_MESSAGE_LAST; type++)
        if (eh_type_is(type, EH_TYPE_STREAM))
            used += eh_format(ret + used, TYPE_NAMES_MAX - used, "%s%s", used ? ", " : "",
                              eh_message_type_name(type));
}

static int type_refuse(struct eh_str name, struct eh_error *error)
{
    char names[TYPE_NAMES_MAX];
    stream_types_list(names);
    return eh_error_field(error, EH_EINVAL, "type", "type: `%.*s` is none of %s", SHOWN(name),
                          names);
}

int eh_message_take_type(const struct eh_pairs *pairs, struct eh_message *m, struct eh_error *error)
{
    struct filling f = {.pairs = pairs, .error = error};
    const struct eh_value *value = eh_pairs_get(pairs, eh_str_n("type", 4));
    if (!value)
        return eh_error_field(error, EH_EINVAL, "type", "type: missing");
    if (value->kind != EH_VALUE_TEXT)
        return value_refuse_kind(&f, "type", "text", value->kind);
    for (int type = 1; type <= EH_MESSAGE_LAST; type++)
        if (eh_type_is(type, EH_TYPE_STREAM) &&
            eh_str_equal(eh_str(eh_message_type_name(type)), value->text)) {
            m->type = (uint8_t)type;
            return 0;
        }
    return type_refuse(value->text, error);
}
