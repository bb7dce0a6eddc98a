/* fuzz/config: any bytes as evenhandd's configuration: read, or refused in one line. */
#include "config.h"
#include "fuzz.h"
#include "memory_file.h"

static bool ends(const char *text, size_t room)
{
    return strnlen(text, room) < room;
}

static void check(const struct eh_config *c)
{
    eh_require(ends(c->admin_socket, sizeof c->admin_socket));
    eh_require(ends(c->desk, sizeof c->desk) && ends(c->key_file, sizeof c->key_file));
    eh_require(ends(c->checkpoint_file, sizeof c->checkpoint_file));
    eh_require(ends(c->postgres, sizeof c->postgres));
    eh_require(c->outbox_keep >= 0 && c->inbox_keep >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file;
    struct eh_config *config = NULL;
    struct eh_error error = {0};
    memory_file_open(&file, data, size);
    int r = eh_config_load(file.path, &config, &error);
    if (r < 0) {
        eh_require(!config && error.code == -r && error.text[0]);
        eh_require(eh_utf8_valid(eh_str(error.text), NULL) && !strchr(error.text, '\n'));
    } else {
        check(config);
        eh_config_free(config);
    }
    memory_file_close(&file);
    return 0;
}
