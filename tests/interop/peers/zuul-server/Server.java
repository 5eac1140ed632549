package peer;

import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.cloud.netflix.zuul.EnableZuulProxy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Zuul as it comes, but that Tomcat closes no connection at its hundredth request. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableZuulProxy
public class Server {
    public static void main(String[] arguments) {
        System.setOut(System.err); // what it logs
        SpringApplication.run(Server.class, arguments);
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> keepAlive() {
        return factory -> factory.addConnectorCustomizers(connector ->
            ((AbstractHttp11Protocol<?>) connector.getProtocolHandler()).setMaxKeepAliveRequests(-1));
    }
}
