package cn.xuelin.reader;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.EditText;
import java.io.IOException;

/** Registration with the phone number, the only necessary datum of a learning app. Reached after consent only. */
public final class LoginActivity extends Activity implements View.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.login);
        findViewById(R.id.submit).setOnClickListener(this);
    }

    @Override
    public void onClick(View view) {
        final String phone = ((EditText) findViewById(R.id.phone)).getText().toString();
        final String code = ((EditText) findViewById(R.id.code)).getText().toString();
        new Thread() {
            @Override
            public void run() {
                try {
                    Api.login(phone, code);
                } catch (IOException offline) {
                    // Reading goes on without an account.
                }
            }
        }.start();
    }
}
