/* config_health: what is known of the repositories, for /actuator/health.
 *
 * Errors:    none; nothing is waited for.
 * Threads:   any.
 */
#ifndef CONFIG_HEALTH_H
#define CONFIG_HEALTH_H

struct config_service;
struct cr_health;

void config_health(struct config_service *service, struct cr_health *health);

#endif
