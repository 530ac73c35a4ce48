package cn.xuelin.reader;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.net.Uri;
import android.os.Bundle;
import android.view.View;
import android.widget.TextView;

/** Shows a lesson. The first start asks for consent; a refusal leaves reading possible. */
public final class MainActivity extends Activity implements View.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        ((TextView) findViewById(R.id.lesson)).setText(Lessons.first());
        findViewById(R.id.login).setOnClickListener(this);
        findViewById(R.id.photo).setOnClickListener(this);
        findViewById(R.id.policy).setOnClickListener(this);
        if (!Consent.given(this)) {
            askForConsent();
        }
    }

    @Override
    public void onClick(View view) {
        if (view.getId() == R.id.policy) {
            startActivity(new Intent(Intent.ACTION_VIEW, Uri.parse(getString(R.string.privacy_policy_url))));
        } else if (!Consent.given(this)) {
            askForConsent();
        } else if (view.getId() == R.id.login) {
            startActivity(new Intent(this, LoginActivity.class));
        } else {
            startActivity(new Intent(this, HomeworkPhotoActivity.class));
        }
    }

    private void askForConsent() {
        new AlertDialog.Builder(this)
                .setTitle(R.string.consent_title)
                .setMessage(R.string.consent_text)
                .setCancelable(false)
                .setPositiveButton(R.string.agree, new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int which) {
                        Consent.give(MainActivity.this);
                    }
                })
                .setNegativeButton(R.string.disagree, null)
                .show();
    }
}
