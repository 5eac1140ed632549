/* ask_pass: answers one question from a file. */
#include "ask_pass.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cr_attr.h"
#include "cr_daemon.h"

bool ask_pass_main(int argc, char **argv, int *out_exit)
{
    const char *path = getenv(ASK_PASS_VARIABLE);
    char secrets[ASK_PASS_BYTES_MAX + 2] = {0}; /* two ends for sure */
    if (!path)
        return false;
    *out_exit = CR_EXIT_FAILURE;
    CR_AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (argc != 2 || fd < 0 || read(fd, secrets, ASK_PASS_BYTES_MAX) < 0)
        return true;
    bool of_key = strncmp(argv[1], "Enter passphrase", strlen("Enter passphrase")) == 0;
    const char *secret = of_key ? secrets : secrets + strlen(secrets) + 1;
    if (*secret && puts(secret) >= 0 && fflush(stdout) == 0)
        *out_exit = CR_EXIT_OK;
    explicit_bzero(secrets, sizeof(secrets));
    return true;
}
