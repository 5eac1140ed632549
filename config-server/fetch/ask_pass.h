/* ask_pass: the program that OpenSSH's client calls where it would ask a person for a password.
 *
 * Errors:  exit code 1: nothing is known for what is asked.
 * Source:  ssh(1), SSH_ASKPASS: the question is the argument, the answer goes to standard output.
 *
 * The environment names a memory file of the fetching process, which only its user can read; the
 * secrets are in no environment.
 */
#ifndef ASK_PASS_H
#define ASK_PASS_H

#include <stdbool.h>

#define ASK_PASS_VARIABLE "CREMA_ASK_PASS"

enum { ASK_PASS_BYTES_MAX = 4096 };

/* True when the environment asks for it; *out_exit is then the process's exit code. The file holds
 * the passphrase of the key, a zero byte, the password of the user. */
bool ask_pass_main(int argc, char **argv, int *out_exit);

#endif
