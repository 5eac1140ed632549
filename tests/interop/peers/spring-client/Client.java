package peer;

import com.netflix.discovery.EurekaClient;
import java.io.IOException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A Spring Boot application of whichever line its libraries are, driven by the standard input. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Client {
    public static void main(String[] arguments) throws IOException {
        Driver.quieten();
        ConfigurableApplicationContext context = SpringApplication.run(Client.class, arguments);
        new SpringDriver(context).serve();
    }

    private static final class SpringDriver extends Driver {
        private final ConfigurableApplicationContext context;

        SpringDriver(ConfigurableApplicationContext context) {
            this.context = context;
        }

        @Override
        EurekaClient client() {
            return context.getBean(EurekaClient.class);
        }

        /** As the actuator's endpoint "serviceregistry" does. */
        @Override
        @SuppressWarnings("unchecked")
        void setStatus(String status) {
            context.getBean(ServiceRegistry.class).setStatus(context.getBean(Registration.class), status);
        }

        @Override
        void leave() {
            context.close();
        }
    }
}
