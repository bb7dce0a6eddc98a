/* sqlstate: what an error of PostgreSQL means, and the words for it. */
#include "store/private.h"

static bool state_is_of(const char *state, const char *prefix)
{
    return strncmp(state, prefix, strlen(prefix)) == 0;
}

static bool state_is_of_one(const char *state, const char *const *classes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (state_is_of(state, classes[i]))
            return true;
    return false;
}

/* Whether the constraint is a key of our own tables. Constraints that others added have other
 * names. */
static bool constraint_is_own_key(const char *constraint)
{
    size_t size = strlen(constraint);
    return strcmp(constraint, "input_identity") == 0 ||
           (size > 5 && strcmp(constraint + size - 5, "_pkey") == 0);
}

static const char *error_field(const PGresult *result, int code)
{
    const char *text = PQresultErrorField(result, code);
    return text ? text : "";
}

/* Whether another daemon wrote on from our head: the row of the head refused ours, or the row of an
 * input is there already. */
bool store_head_not_ours(const PGresult *result)
{
    const char *state = error_field(result, PG_DIAG_SQLSTATE);
    const char *table = error_field(result, PG_DIAG_TABLE_NAME);
    return (strcmp(state, "23502") == 0 && strcmp(table, "chain") == 0 &&
            strcmp(error_field(result, PG_DIAG_COLUMN_NAME), "input") == 0) ||
           (strcmp(state, "23505") == 0 &&
            constraint_is_own_key(error_field(result, PG_DIAG_CONSTRAINT_NAME)));
}

bool store_in_refused(const PGresult *result)
{
    return strcmp(error_field(result, PG_DIAG_SQLSTATE), "25P02") == 0;
}

/* EH: raised by our own triggers; P0: by those of others. */
static enum eh_refusal_kind error_kind(const PGresult *result)
{
    static const char *const content[] = {"21", "22", "23", "44", "54", "EH", "P0"};
    static const char *const schema[] = {"0A", "2F", "38", "39", "3F", "42", "F0", "XX"};
    static const char *const slow[] = {"40", "55P03", "57014"};
    const char *state = error_field(result, PG_DIAG_SQLSTATE);
    if (store_head_not_ours(result))
        return EH_REFUSED_NOT;
    if (state_is_of_one(state, content, sizeof content / sizeof *content))
        return EH_REFUSED_CONTENT;
    if (state_is_of_one(state, schema, sizeof schema / sizeof *schema))
        return EH_REFUSED_SCHEMA;
    return state_is_of_one(state, slow, sizeof slow / sizeof *slow) ? EH_REFUSED_SLOW
                                                                    : EH_REFUSED_NOT;
}

void store_refusal_read(const PGresult *result, struct eh_refusal *ret)
{
    *ret =
        (struct eh_refusal){.kind = error_kind(result), .record = SIZE_MAX, .effect = UINT32_MAX};
    eh_format(ret->state, sizeof ret->state, "%s", error_field(result, PG_DIAG_SQLSTATE));
    eh_format(ret->table, sizeof ret->table, "%s", error_field(result, PG_DIAG_TABLE_NAME));
    eh_format(ret->constraint, sizeof ret->constraint, "%s",
              error_field(result, PG_DIAG_CONSTRAINT_NAME));
    eh_format(ret->text, sizeof ret->text, "%s", error_field(result, PG_DIAG_MESSAGE_PRIMARY));
    eh_text_tidy(ret->table, strlen(ret->table));
    eh_text_tidy(ret->constraint, strlen(ret->constraint));
    eh_text_tidy(ret->text, strlen(ret->text));
}
