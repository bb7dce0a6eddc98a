/*
 * add: begins a connection: writes its file, with what has to be filled in, and says what comes
 * next. A secret is never asked for on the command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "bridge/commands/load.h"

static int write_file(const char *path, const char *text, mode_t mode, struct eh_error *error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    size_t size = strlen(text);
    bool written = fd >= 0 && write(fd, text, size) == (ssize_t)size;
    int why = errno;
    if (fd >= 0)
        close(fd);
    if (written)
        return 0;
    return eh_error_set(error, why == EACCES ? EH_EDENIED : EH_ECONFLICT, "%s: %s", path,
                        why == EEXIST ? "is there already; change it, or name another connection"
                                      : strerror(why));
}

static int write_connection(const char *folder, const char *profile, const char *url,
                            struct eh_error *error)
{
    char path[300], text[2048];
    eh_format(path, sizeof path, "%s/%s.yaml", folder, profile);
    eh_format(
        text, sizeof text,
        "profile: %s\n"
        "url: %s\n"
        "secret_file: %s.token          # its first line: a token, or user:password; chmod 600\n"
        "webhook_secret_file: %s.hook   # the secret that signs webhooks; chmod 600\n"
        "listen: 127.0.0.1:8399\n"
        "account: \"\"                    # our own account there: what it does is no news\n"
        "groups: {Their Group: sales}   # theirs: a team of the desk\n"
        "kinds: {default: query}\n"
        "owner: guard                   # guard | report | off\n",
        profile, url, profile, profile);
    return write_file(path, text, 0640, error);
}

static void say_next(const char *folder, const struct eh_profile *profile)
{
    printf("%s/%s.yaml is written. Next:\n"
           "  1. put the secrets into %s.token and %s.hook beside it, and chmod 600 both\n"
           "  2. write the groups, and each rep's `accounts: {%s: …}` in the desk file\n"
           "  3. evenhand-bridge check %s\n"
           "  4. systemctl enable --now evenhand-bridge@%s\n",
           folder, profile->name, profile->name, profile->name, profile->name, profile->name,
           profile->name);
    if (profile->setup)
        printf("\nIn the helpdesk:\n\n%s", profile->setup);
}

int eh_bridge_add(const struct eh_bridge_call *call)
{
    struct eh_profile *profile;
    struct eh_error error = {0};
    const char *url = call->words[0];
    if (!eh_id_valid(eh_str(call->name))) {
        fprintf(stderr, "evenhand-bridge: %.60s: is no name of a profile\n", call->name);
        return EH_EXIT_USAGE;
    }
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
        fprintf(stderr, "evenhand-bridge: %.200s: begins neither with https:// nor http://\n", url);
        return EH_EXIT_USAGE;
    }
    int r = eh_profile_load(call->profiles ? call->profiles : EH_PROFILES_FOLDER, call->name,
                            &profile, &error);
    if (r == 0) {
        r = write_connection(call->folder, profile->name, url, &error);
        if (r == 0)
            say_next(call->folder, profile);
        eh_profile_free(profile);
    }
    return r < 0 ? eh_bridge_fail(&error) : 0;
}
