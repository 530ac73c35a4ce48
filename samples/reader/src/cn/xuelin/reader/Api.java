package cn.xuelin.reader;

import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URL;

/** Talks to the provider's own server, over HTTPS only. */
final class Api {
    private static final String LOGIN = "https://api.xuelin-reader.example/v1/login";
    private static final String HOMEWORK = "https://api.xuelin-reader.example/v1/homework";

    private Api() {}

    static int login(String phone, String code) throws IOException {
        String body = "{\"phone\":\"" + phone + "\",\"code\":\"" + code + "\"}";
        return post(LOGIN, "application/json", body.getBytes("UTF-8"));
    }

    static int submitHomework(byte[] jpeg) throws IOException {
        return post(HOMEWORK, "image/jpeg", jpeg);
    }

    private static int post(String url, String type, byte[] body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL(url).openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", type);
        OutputStream out = connection.getOutputStream();
        out.write(body);
        out.close();
        return connection.getResponseCode();
    }
}
