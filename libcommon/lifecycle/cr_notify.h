/* cr_notify: tells the service manager about READY, RELOADING and STOPPING.
 *
 * Errors:  none; without $NOTIFY_SOCKET, or when nobody listens there, nothing happens.
 * Threads: main.
 * Source:  sd_notify(3): one datagram of KEY=value lines.
 */
#ifndef CR_NOTIFY_H
#define CR_NOTIFY_H

void cr_notify(const char *lines);

#endif
