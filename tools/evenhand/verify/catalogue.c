/* catalogue: compares the schema with the one that the migrations make. See catalogue.h. */
#include "catalogue.h"

#include <stdlib.h>

#include "log/tables.h"

struct check {
    struct eh_cli_log *log;
    const struct eh_catalogue_object *next;
    const struct eh_catalogue_migration *migration;
    struct eh_catalogue_found *found;
    const char *table, *keys; /* under way: "dead", "desk, input" */
    bool strays;              /* it has a row of another desk */
};

static bool text_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* ---- Migrations. */

static int compare_migration(void *context, const char *version, const char *name,
                             struct eh_error *error)
{
    struct check *check = context;
    const struct eh_catalogue_migration *wanted = check->migration++;
    if (wanted->version && wanted->version < atoi(version))
        return eh_error_set(error, EH_ECORRUPT, "migration %d: the row is missing",
                            wanted->version);
    if (wanted->version != atoi(version))
        return eh_error_set(error, EH_ECORRUPT, "migration %s: there is no such migration",
                            version);
    if (strcmp(wanted->name, name) != 0)
        return eh_error_set(error, EH_ECORRUPT, "migration %s: its name is %s, not %s", version,
                            name, wanted->name);
    return 0;
}

static int compare_migrations(struct check *check, struct eh_error *error)
{
    int newest = 0, schema = eh_cli_log_head(check->log)->schema;
    for (const struct eh_catalogue_migration *m = eh_catalogue_migrations; m->version; m++)
        newest = m->version;
    if (schema != newest)
        return eh_error_set(
            error, EH_EVERSION,
            "postgres: schema version %d (the last row of migration), this evenhand "
            "proves version %d: %s",
            schema, newest,
            schema < newest ? "run evenhandd --migrate" : "use the evenhand that belongs to it");
    check->migration = eh_catalogue_migrations;
    int r = eh_cli_log_ask(
        check->log, "SELECT m.version::text, m.name FROM evenhand.migration m ORDER BY m.version",
        compare_migration, check, error);
    if (r == 0 && check->migration->version)
        r = eh_error_set(error, EH_ECORRUPT, "migration %d: the row is missing",
                         check->migration->version);
    return r;
}

/* ---- Objects. */

/* Whether an object that is not of the schema can change what is written or read. */
static bool object_matters(const char *object)
{
    static const char *const kinds[] = {"trigger ", "rule ",  "policy ", "heir ",
                                        "column ",  "grant ", "setting "};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_begins(object, kinds[i]))
            return true;
    return false;
}

/* Whether the object belongs to a table or view that is not of the schema. */
static bool is_of(const char *object, const char *name)
{
    const char *at = strstr(object, name);
    size_t size = strlen(name);
    return at && at > object && at[-1] == ' ' &&
           (at[size] == '.' || at[size] == ' ' || at[size] == 0);
}

static bool is_of_ours(const char *object)
{
    for (const struct eh_catalogue_object *o = eh_catalogue; o->object; o++) {
        const char *name = strchr(o->object, ' ') + 1;
        bool whole = text_begins(o->object, "table ") || text_begins(o->object, "view ") ||
                     text_begins(o->object, "function ");
        if (whole && is_of(object, name))
            return true;
    }
    return text_begins(object, "setting ") || text_begins(object, "heir ") ||
           text_begins(object, "grant schema ");
}

static int take_beside(struct check *check, const char *object, struct eh_error *error)
{
    struct eh_catalogue_found *found = check->found;
    size_t used = strlen(found->names);
    if (object_matters(object) && is_of_ours(object))
        return eh_error_set(error, EH_ECORRUPT, "%s: is not of the schema", object);
    bool part = text_begins(object, "column ") || text_begins(object, "rule ") ||
                text_begins(object, "grant ");
    if (part) /* of one that is named itself */
        return 0;
    if (found->beside++ == 0 || used + strlen(object) + 2 < sizeof found->names)
        eh_format(found->names + used, sizeof found->names - used, "%s%s", used ? ", " : "",
                  object);
    return 0;
}

static int object_missing(const char *object, struct eh_error *error)
{
    return eh_error_set(error, EH_ECORRUPT, "%s: is missing in the schema", object);
}

/* Both lists are sorted by bytes. */
static int compare_object(void *context, const char *object, const char *definition,
                          struct eh_error *error)
{
    struct check *check = context;
    const struct eh_catalogue_object *wanted = check->next;
    int order = wanted->object ? strcmp(object, wanted->object) : -1;
    if (order < 0)
        return take_beside(check, object, error);
    if (order > 0)
        return object_missing(wanted->object, error);
    if (strcmp(definition, wanted->definition) != 0)
        return eh_error_set(error, EH_ECORRUPT, "%s: is %s, the schema gives %s", object,
                            definition, wanted->definition);
    check->next++;
    return 0;
}

static int take_server(void *context, const char *version, const char *unused,
                       struct eh_error *error)
{
    struct check *check = context;
    (void)unused;
    (void)error;
    check->found->compared = atoi(version) / 10000 == eh_catalogue_server;
    return 0;
}

static int compare_objects(struct check *check, struct eh_error *error)
{
    int r = eh_cli_log_ask(check->log, "SELECT current_setting('server_version_num'), ''",
                           take_server, check, error);
    if (r < 0 || !check->found->compared)
        return r;
    check->next = eh_catalogue;
    r = eh_cli_log_ask(check->log, eh_catalogue_query, compare_object, check, error);
    return r == 0 && check->next->object ? object_missing(check->next->object, error) : r;
}

/* ---- Rows of another desk, which nothing else would read. */

static int stray_row(void *context, const char *desk, const char *key, struct eh_error *error)
{
    const struct check *check = context;
    return eh_error_set(error, EH_ECORRUPT,
                        "%s: %s%sstands under desk %s, and there is only desk %d", check->table,
                        key, *key ? ": " : "", desk, eh_cli_log_head(check->log)->desk);
}

/* "desk, team, rep" as the SQL for "team sales, rep ana". */
static void key_put(const char *keys, char *ret, size_t size)
{
    size_t used = eh_format(ret, size, "concat_ws(', ', NULL::text");
    const char *name = keys + strlen("desk");
    while (text_begins(name, ", ") && used < size) {
        name += 2;
        int length = (int)strcspn(name, ",)");
        used +=
            eh_format(ret + used, size - used, ", '%.*s ' || \"%.*s\"", length, name, length, name);
        name += length;
    }
    if (used < size)
        eh_format(ret + used, size - used, ")");
}

static int desks_take(void *context, const char *least, const char *most, struct eh_error *error)
{
    struct check *check = context;
    int desk = eh_cli_log_head(check->log)->desk;
    (void)error;
    check->strays = *least && (atoi(least) != desk || atoi(most) != desk);
    return 0;
}

static int stray_find(struct check *check, struct eh_error *error)
{
    char sql[400], key[200];
    bool may = true;
    check->strays = false;
    int r = eh_cli_log_may_read(check->log, check->table, &may, error);
    if (r < 0 || !may)
        return r;
    eh_format(sql, sizeof sql, "SELECT min(desk)::text, max(desk)::text FROM evenhand.%s",
              check->table);
    r = eh_cli_log_ask(check->log, sql, desks_take, check, error);
    if (r < 0 || !check->strays)
        return r;
    key_put(check->keys, key, sizeof key);
    eh_format(sql, sizeof sql, "SELECT desk::text, %s FROM evenhand.%s WHERE desk <> %d LIMIT 1",
              key, check->table, eh_cli_log_head(check->log)->desk);
    return eh_cli_log_ask(check->log, sql, stray_row, check, error);
}

/* Tables are found by their primary keys: "constraint ledger.ledger_pkey". */
static int strays_find(struct check *check, struct eh_error *error)
{
    static const char primary[] = "PRIMARY KEY (desk";
    char table[64];
    int r = 0;
    for (const struct eh_catalogue_object *o = eh_catalogue; r == 0 && o->object; o++) {
        if (!text_begins(o->object, "constraint ") || !text_begins(o->definition, primary))
            continue;
        const char *name = o->object + strlen("constraint ");
        eh_format(table, sizeof table, "%.*s", (int)strcspn(name, "."), name);
        check->table = table;
        check->keys = o->definition + strlen("PRIMARY KEY (");
        r = stray_find(check, error);
    }
    return r;
}

int eh_catalogue_check(struct eh_cli_log *log, struct eh_catalogue_found *ret,
                       struct eh_error *error)
{
    struct check check = {.log = log, .found = ret};
    int r = compare_migrations(&check, error);
    if (r == 0)
        r = compare_objects(&check, error);
    return r < 0 ? r : strays_find(&check, error);
}
