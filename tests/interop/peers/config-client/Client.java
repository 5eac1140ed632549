package peer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** A Spring Boot application of whichever line its libraries are, which tells what it was given by its actuator. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class Client {
    public static void main(String[] arguments) {
        System.setOut(System.err); // what it logs
        SpringApplication.run(Client.class, arguments);
    }
}
