/* config_routes: the module that serves environments over HTTP.
 *
 * Source: Spring Cloud Config EnvironmentController; config-server reference 1.1 to 1.4.
 */
#ifndef CONFIG_ROUTES_H
#define CONFIG_ROUTES_H

struct cr_module;

/* Named "configServer", as Spring's health component is. */
extern const struct cr_module config_module;

/* Routes whose handlers judge who asks. */
#define CONFIG_OPEN_PATTERNS                                                                       \
    "/{file}", "/{name}/{profiles}", "/{name}/{profiles}/{label}", "/{name}/{profiles}/{label}/**"

#endif
