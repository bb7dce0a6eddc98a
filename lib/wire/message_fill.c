/* message_fill.c: parsed values into the fields of a message, by the table, with a sentence for
 * every refusal. */
#include "message_fields.h"

#define SHOWN_MAX      40 /* bytes of a refused text that an error repeats */
#define SHOWN(s)       EH_STR_ARG(eh_str_cut(s, SHOWN_MAX))
#define PATH_MAX_BYTES 64 /* "skills[15]" */

/* What is being filled, for the small functions below. */
struct filling {
    const struct eh_pairs *pairs;
    struct eh_arena *arena;
    struct eh_message *m;
    struct eh_error *error;
};

static int refuse_kind(struct filling *f, const char *path, const char *wanted,
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

static bool find_control(struct eh_str s, uint32_t *ret_at)
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

/* The bytes are valid UTF-8 already: the scan saw them. */
static int check_text(struct filling *f, const char *path, struct eh_str s, int64_t most)
{
    uint32_t at;
    if (s.size == 0)
        return eh_error_field(f->error, EH_EINVAL, path, "%s: empty", path);
    if (s.size > most)
        return eh_error_field(f->error, EH_ERANGE, path, "%s: %u bytes, at most %lld", path, s.size,
                              (long long)most);
    if (find_control(s, &at))
        return eh_error_field(f->error, EH_EINVAL, path, "%s: control character at byte %u", path,
                              at);
    return 0;
}

static int take_text(struct filling *f, const struct eh_field_row *row,
                     const struct eh_value *value)
{
    if (value->kind != EH_VALUE_TEXT)
        return refuse_kind(f, row->name, "text", value->kind);
    struct eh_str text = value->text;
    int r = check_text(f, row->name, text, row->most);
    if (r < 0)
        return r;
    if (f->pairs->text_is_ours)
        text = eh_arena_str(f->arena, text);
    if (!text.data)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    eh_field_set_text(f->m, row, text);
    return 0;
}

static int take_currency(struct filling *f, const struct eh_field_row *row,
                         const struct eh_value *value)
{
    if (value->kind == EH_VALUE_TEXT && eh_currency_exponent(value->text) < 0)
        return eh_error_field(f->error, EH_EINVAL, row->name,
                              "%s: `%.*s` is no currency of ISO 4217, such as EUR", row->name,
                              SHOWN(value->text));
    struct eh_field_row as_text = *row;
    as_text.most = EH_NAME_MAX;
    return take_text(f, &as_text, value);
}

/* --- skills --- */

/* One skill into its place among those before it; a second one like it is dropped. */
static void insert_skill(struct eh_str *skills, size_t *count, struct eh_str skill)
{
    size_t at = *count;
    while (at > 0 && eh_str_compare(skills[at - 1], skill) > 0)
        at--;
    if (at > 0 && eh_str_equal(skills[at - 1], skill))
        return;
    memmove(skills + at + 1, skills + at, (*count - at) * sizeof *skills);
    skills[at] = skill;
    (*count)++;
}

static int join_skills(struct filling *f, const struct eh_field_row *row,
                       const struct eh_str *skills, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += skills[i].size + 1u;
    char *joined = eh_arena_alloc(f->arena, size);
    if (!joined)
        return eh_error_field(f->error, EH_ENOMEM, row->name, "%s: out of memory", row->name);
    char *at = joined;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = EH_SKILL_SEPARATOR;
        memcpy(at, skills[i].data, skills[i].size);
        at += skills[i].size;
    }
    eh_field_set_text(f->m, row, eh_str_n(joined, (size_t)(at - joined)));
    return 0;
}

static int take_skills(struct filling *f, const struct eh_field_row *row,
                       const struct eh_value *value)
{
    struct eh_str skills[EH_SKILLS_MAX];
    size_t count = 0;
    if (value->kind != EH_VALUE_ARRAY)
        return refuse_kind(f, row->name, "an array of names", value->kind);
    if (value->array.count > EH_SKILLS_MAX)
        return eh_error_field(f->error, EH_EFULL, row->name, "%s: %zu skills, at most %d",
                              row->name, value->array.count, EH_SKILLS_MAX);
    for (size_t i = 0; i < value->array.count; i++) {
        struct eh_value item = f->pairs->item(value->array.list, i);
        char path[PATH_MAX_BYTES];
        eh_format(path, sizeof path, "%s[%zu]", row->name, i);
        if (item.kind != EH_VALUE_TEXT)
            return refuse_kind(f, path, "text", item.kind);
        int r = check_text(f, path, item.text, EH_NAME_MAX);
        if (r < 0)
            return r;
        insert_skill(skills, &count, item.text);
    }
    return join_skills(f, row, skills, count);
}

/* --- numbers --- */

#define FLOAT_TEXT_MAX 32

/* A float for an error sentence, from its bits: nothing in lib/ computes with floats. Six decimals,
 * cut; true if it is a whole number. */
static bool show_float(uint64_t bits, char ret_text[FLOAT_TEXT_MAX])
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

static int refuse_float(struct filling *f, const char *name, uint64_t bits)
{
    char text[FLOAT_TEXT_MAX];
    if (show_float(bits, text))
        return eh_error_field(f->error, EH_EINVAL, name, "%s: %s must be sent as an integer", name,
                              text);
    return eh_error_field(f->error, EH_EINVAL, name, "%s: %s is not a whole number", name, text);
}

static int take_number(struct filling *f, const struct eh_field_row *row,
                       const struct eh_value *value)
{
    if (value->kind == EH_VALUE_FLOAT)
        return refuse_float(f, row->name, value->float_bits);
    if (value->kind != EH_VALUE_INTEGER)
        return refuse_kind(f, row->name, "a whole number", value->kind);
    int64_t number = value->integer;
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
    eh_field_set_number(f->m, row, number);
    return 0;
}

/* --- names for numbers --- */

static int take_named(struct filling *f, const struct eh_field_row *row,
                      const struct eh_value *value)
{
    bool is_status = row->kind == EH_KIND_STATUS;
    if (value->kind != EH_VALUE_TEXT)
        return refuse_kind(f, row->name, "text", value->kind);
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

typedef int take_fn(struct filling *, const struct eh_field_row *, const struct eh_value *);

static take_fn *const take_by_kind[] = {
    [EH_KIND_TEXT] = take_text,     [EH_KIND_CURRENCY] = take_currency,
    [EH_KIND_SKILLS] = take_skills, [EH_KIND_INTEGER] = take_number,
    [EH_KIND_SMALL] = take_number,  [EH_KIND_STATUS] = take_named,
    [EH_KIND_OUTCOME] = take_named,
};

/* --- the message --- */

/* The field with this name if the type has it, or EH_FIELD_COUNT. */
static int find_field(struct eh_str key, uint64_t type_bit)
{
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (row->name_size == key.size && ((row->required | row->optional) & type_bit) &&
            memcmp(row->name, key.data, key.size) == 0)
            return field;
    }
    return EH_FIELD_COUNT;
}

int eh_message_fill(const struct eh_pairs *pairs, struct eh_arena *arena, struct eh_message *m,
                    struct eh_error *error)
{
    struct filling f = {pairs, arena, m, error};
    for (size_t i = 0; i < pairs->count; i++) {
        int field = find_field(pairs->pairs[i].key, EH_TYPE_BIT(m->type));
        if (field == EH_FIELD_COUNT)
            continue;
        const struct eh_field_row *row = &eh_field_rows[field];
        int r = take_by_kind[row->kind](&f, row, &pairs->pairs[i].value);
        if (r < 0)
            return r;
        m->has |= EH_FIELD_BIT(field);
    }
    return 0;
}

static void set_default(struct eh_message *m, const struct eh_field_row *row)
{
    if (eh_field_is_text(row))
        eh_field_set_text(m, row, eh_str(row->default_text));
    else
        eh_field_set_number(m, row, row->default_number);
}

int eh_message_finish(struct eh_message *m, struct eh_error *error)
{
    uint64_t type_bit = EH_TYPE_BIT(m->type);
    for (int field = 0; field < EH_FIELD_COUNT; field++) {
        const struct eh_field_row *row = &eh_field_rows[field];
        if (m->has & EH_FIELD_BIT(field))
            continue;
        if (row->required & type_bit)
            return eh_error_field(error, EH_EINVAL, row->name, "%s: missing", row->name);
        if (row->default_for & type_bit) {
            set_default(m, row);
            m->has |= EH_FIELD_BIT(field);
        }
    }
    if (m->type != EH_MESSAGE_METRIC && m->value < 0)
        return eh_error_field(error, EH_ERANGE, "value", "value: %lld is below 0",
                              (long long)m->value);
    /* A ticket that asks for no skill says the same as one that does not speak of skills; an update
     * that asks for none takes them away. */
    if (m->type == EH_MESSAGE_TICKET && m->skills.size == 0)
        m->has &= ~EH_FIELD_BIT(EH_FIELD_SKILLS);
    return 0;
}

const struct eh_value *eh_pairs_get(const struct eh_pairs *pairs, struct eh_str key)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (eh_str_equal(pairs->pairs[i].key, key))
            return &pairs->pairs[i].value;
    return NULL;
}

int eh_message_take_type(const struct eh_pairs *pairs, struct eh_message *m, struct eh_error *error)
{
    struct filling f = {.pairs = pairs, .error = error};
    const struct eh_value *value = eh_pairs_get(pairs, eh_str_n("type", 4));
    if (!value)
        return eh_error_field(error, EH_EINVAL, "type", "type: missing");
    if (value->kind != EH_VALUE_TEXT)
        return refuse_kind(&f, "type", "text", value->kind);
    for (int type = EH_MESSAGE_TICKET; type <= EH_MESSAGE_METRIC; type++)
        if (eh_str_equal(eh_str(eh_message_type_name(type)), value->text)) {
            m->type = (uint8_t)type;
            return 0;
        }
    return eh_error_field(error, EH_EINVAL, "type",
                          "type: `%.*s` is none of ticket, update, signal, outcome, metric",
                          SHOWN(value->text));
}
