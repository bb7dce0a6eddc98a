/* columns: the lists of columns as tables, and what a column holds. See columns.h. */
#include <evenhand/engine/columns.h>
#include <evenhand/engine/record.h>

_Static_assert(EH_FIELD_COUNT <= EH_INPUT_STREAMED, "a part of an input is no field");

/* ---- What a row leaves NULL. */

static bool cell_is_text(uint8_t cell)
{
    return cell == EH_CELL_TEXT || cell == EH_CELL_BYTES;
}

static const void *member(const struct eh_column *column, const void *row)
{
    return (const char *)row + column->at;
}

uint64_t eh_columns_nulls(const struct eh_columns *columns, const void *row)
{
    uint64_t parts = UINT64_C(1) << EH_ALWAYS, nulls = 0;
    if (columns->parts)
        parts |= columns->parts(row);
    for (int i = 0; i < columns->count; i++) {
        const struct eh_column *column = &columns->items[i];
        bool null = cell_is_text(column->cell)
                        ? ((const struct eh_str *)member(column, row))->size == 0
                        : !(parts >> column->part & 1);
        nulls |= (uint64_t)null << i;
    }
    return nulls;
}

/* ---- Reading. */

/* A big-endian integer of 2, 4 or 8 bytes. */
static bool integer_read(const uint8_t *bytes, size_t size, int64_t *ret)
{
    if (size != 2 && size != 4 && size != 8)
        return false;
    uint64_t value = bytes[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | bytes[i];
    *ret = (int64_t)value;
    return true;
}

static bool number_set(void *at, enum eh_cell cell, int64_t number)
{
    switch (cell) {
    case EH_CELL_U8:
        *(uint8_t *)at = (uint8_t)number;
        return number >= 0 && number <= UINT8_MAX;
    case EH_CELL_I16:
        *(int16_t *)at = (int16_t)number;
        return number >= INT16_MIN && number <= INT16_MAX;
    case EH_CELL_U32:
        *(uint32_t *)at = (uint32_t)number;
        return number >= 0 && number <= UINT32_MAX;
    case EH_CELL_NO:
        *(uint64_t *)at = (uint64_t)number;
        return number >= 0;
    case EH_CELL_BITS:
        *(uint64_t *)at = (uint64_t)number;
        return true;
    default:
        *(int64_t *)at = number;
        return true;
    }
}

int eh_column_read(const struct eh_column *column, void *row, const void *bytes, size_t size)
{
    void *at = (char *)row + column->at;
    int64_t number;
    bool right = true;
    switch ((enum eh_cell)column->cell) {
    case EH_CELL_TEXT:
    case EH_CELL_BYTES:
    case EH_CELL_BODY:
        *(struct eh_str *)at = eh_str_n(bytes, size);
        break;
    case EH_CELL_KEY:
        right = size == 16;
        if (right)
            *(struct eh_key *)at = eh_key_from_bytes(bytes);
        break;
    case EH_CELL_SHA256:
        right = size == EH_SHA256_BYTES;
        if (right)
            memcpy(at, bytes, size);
        break;
    case EH_CELL_FLAG:
        right = size == 1;
        *(bool *)at = right && *(const uint8_t *)bytes != 0;
        break;
    case EH_CELL_DRAWS:
        break;
    default:
        right = integer_read(bytes, size, &number) && number_set(at, column->cell, number);
    }
    return right ? 0 : -EH_ECORRUPT;
}

/* ---- Comparing. */

int64_t eh_column_number(const struct eh_column *column, const void *row)
{
    const void *at = member(column, row);
    switch ((enum eh_cell)column->cell) {
    case EH_CELL_U8:
        return *(const uint8_t *)at;
    case EH_CELL_I16:
        return *(const int16_t *)at;
    case EH_CELL_U32:
        return *(const uint32_t *)at;
    case EH_CELL_FLAG:
        return *(const bool *)at;
    case EH_CELL_DRAWS:
        return ((const struct eh_effect *)at)->draw_count;
    case EH_CELL_NO:
    case EH_CELL_BITS:
        return (int64_t) * (const uint64_t *)at;
    default:
        return *(const int64_t *)at;
    }
}

bool eh_column_same(const struct eh_column *column, const void *a, const void *b)
{
    const void *x = member(column, a), *y = member(column, b);
    switch ((enum eh_cell)column->cell) {
    case EH_CELL_TEXT:
    case EH_CELL_BYTES:
    case EH_CELL_BODY:
        return eh_str_equal(*(const struct eh_str *)x, *(const struct eh_str *)y);
    case EH_CELL_KEY:
        return eh_key_equal(*(const struct eh_key *)x, *(const struct eh_key *)y);
    case EH_CELL_SHA256:
        return memcmp(x, y, EH_SHA256_BYTES) == 0;
    default:
        return eh_column_number(column, a) == eh_column_number(column, b);
    }
}

/* ---- The tables. */

static uint64_t bit(bool set, unsigned part)
{
    return (uint64_t)set << part;
}

static uint64_t input_parts(const void *row)
{
    const struct eh_record *r = row;
    return r->has | bit(r->stream_ms != 0 || r->stream_no != 0, EH_INPUT_STREAMED) |
           bit(r->has_until, EH_INPUT_ENDS);
}

static uint64_t effect_parts(const void *row)
{
    const struct eh_effect *e = &((const struct eh_effect_row *)row)->effect;
    bool dealt = e->eligible > 0;
    bool of_epoch = e->type == EH_NOTICE_COMMITMENT || e->type == EH_NOTICE_REVEALED ||
                    e->type == EH_NOTICE_LOST;
    return bit(e->ticket != 0, EH_EFFECT_TICKETED) | bit(dealt, EH_EFFECT_DEALT) |
           bit(dealt || of_epoch, EH_EFFECT_IN_EPOCH) | bit(e->draw_count > 0, EH_EFFECT_DRAWN);
}

static uint64_t change_parts(const void *row)
{
    const struct eh_change_row *change = row;
    return bit(change->view.state == EH_TICKET_CLOSED, EH_CHANGE_CLOSING);
}

static uint64_t dead_parts(const void *row)
{
    return bit(((const struct eh_dead_row *)row)->has_body, EH_DEAD_OWN);
}

static uint64_t body_parts(const void *row)
{
    return bit(((const struct eh_body_row *)row)->has_body, EH_BODY_KEPT);
}

#define INPUT(NUMBER, column, cell, member, part)                                                  \
    [EH_INPUT_##NUMBER] = {#column, offsetof(struct eh_record, member), EH_CELL_##cell, part},
#define EFFECT(NUMBER, column, cell, member, part)                                                 \
    [EH_EFFECT_##NUMBER] = {#column, offsetof(struct eh_effect_row, member), EH_CELL_##cell, part},
#define CHANGE(NUMBER, column, cell, member, part)                                                 \
    [EH_CHANGE_##NUMBER] = {#column, offsetof(struct eh_change_row, member), EH_CELL_##cell, part},
#define DEAD(NUMBER, column, cell, member, part)                                                   \
    [EH_DEAD_##NUMBER] = {#column, offsetof(struct eh_dead_row, member), EH_CELL_##cell, part},
#define BODY(NUMBER, column, cell, member, part)                                                   \
    [EH_BODY_##NUMBER] = {#column, offsetof(struct eh_body_row, member), EH_CELL_##cell, part},
#define PERSONAL(NUMBER, column, cell, member, part)                                               \
    [EH_PERSONAL_##                                                                                \
        NUMBER] = {#column, offsetof(struct eh_personal_row, member), EH_CELL_##cell, part},
#define LEDGER(NUMBER, column, cell, member, part)                                                 \
    [EH_LEDGER_##NUMBER] = {#column, offsetof(struct eh_ledger_row, member), EH_CELL_##cell, part},
#define BOOK(NUMBER, column, cell, member, part)                                                   \
    [EH_BOOK_##NUMBER] = {#column, offsetof(struct eh_book_row, member), EH_CELL_##cell, part},

static const struct eh_column inputs[] = {EH_INPUT_COLUMNS(INPUT, INPUT)};
static const struct eh_column effects[] = {EH_EFFECT_COLUMNS(EFFECT, EFFECT)};
static const struct eh_column changes[] = {EH_CHANGE_COLUMNS(CHANGE, CHANGE)};
static const struct eh_column dead[] = {EH_DEAD_COLUMNS(DEAD, DEAD)};
static const struct eh_column bodies[] = {EH_BODY_COLUMNS(BODY, BODY)};
static const struct eh_column personal[] = {EH_PERSONAL_COLUMNS(PERSONAL, PERSONAL)};
static const struct eh_column ledger[] = {EH_LEDGER_COLUMNS(LEDGER, LEDGER)};
static const struct eh_column books[] = {EH_BOOK_COLUMNS(BOOK, BOOK)};

const struct eh_columns eh_input_columns = {"input", inputs, EH_INPUT_COLUMN_COUNT, input_parts};
const struct eh_columns eh_effect_columns = {"effect", effects, EH_EFFECT_COLUMN_COUNT,
                                             effect_parts};
const struct eh_columns eh_change_columns = {"ticket_change", changes, EH_CHANGE_COLUMN_COUNT,
                                             change_parts};
const struct eh_columns eh_dead_columns = {"dead", dead, EH_DEAD_COLUMN_COUNT, dead_parts};
const struct eh_columns eh_body_columns = {"dead_body", bodies, EH_BODY_COLUMN_COUNT, body_parts};
const struct eh_columns eh_personal_columns = {"personal", personal, EH_PERSONAL_COLUMN_COUNT,
                                               NULL};
const struct eh_columns eh_ledger_columns = {"ledger", ledger, EH_LEDGER_COLUMN_COUNT, NULL};
const struct eh_columns eh_book_columns = {"book", books, EH_BOOK_COLUMN_COUNT, NULL};
