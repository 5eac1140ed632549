/* ssh_login: how to log in at a repository behind SSH, as the settings say it.
 *
 * Ownership: borrowed texts, "" where one is not set; user and password stand beside it.
 * Source:    Spring Cloud Config JGitEnvironmentProperties, spring.cloud.config.server.git.*;
 *            config-server reference 3.1.
 */
#ifndef SSH_LOGIN_H
#define SSH_LOGIN_H

#include <stdbool.h>

struct ssh_login {
    const char *private_key; /* its text, PEM or OpenSSH's */
    const char *passphrase;  /* of a private key */
    const char *host_key;    /* in Base64, with host_key_algorithm; goes before known_hosts_file */
    const char *host_key_algorithm;
    const char *known_hosts_file;
    const char *preferred_authentications; /* "publickey,password" */
    bool any_host_key;                     /* strict-host-key-checking=false */
    bool ignore_local;                     /* neither ~/.ssh nor /etc/ssh counts */
};

#endif
