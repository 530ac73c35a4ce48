package cn.zhiyuan.campus;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.DialogInterface;
import android.content.Intent;
import android.os.Bundle;
import android.view.View;

/** Campus services. Nothing is read before consent; refusing closes the app, and every service waits for the fee. */
public final class MainActivity extends Activity implements View.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        findViewById(R.id.profile).setOnClickListener(this);
        findViewById(R.id.pay).setOnClickListener(this);
        findViewById(R.id.attendance).setOnClickListener(this);
        findViewById(R.id.notices).setOnClickListener(this);
        if (!Account.agreed(this)) {
            ask();
        }
    }

    private void ask() {
        new AlertDialog.Builder(this)
                .setMessage(R.string.consent_text)
                .setCancelable(false)
                .setPositiveButton(R.string.agree, new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int which) {
                        Account.agree(MainActivity.this);
                    }
                })
                .setNegativeButton(R.string.disagree, new DialogInterface.OnClickListener() {
                    @Override
                    public void onClick(DialogInterface dialog, int which) {
                        finish();
                    }
                })
                .show();
    }

    @Override
    public void onClick(View view) {
        Class<?> page = NoticeActivity.class;
        if (view.getId() == R.id.profile) {
            page = ProfileActivity.class;
        } else if (view.getId() == R.id.pay || !Account.paid(this)) {
            page = PayActivity.class;
        } else if (view.getId() == R.id.attendance) {
            page = AttendanceActivity.class;
        }
        startActivity(new Intent(this, page));
    }
}
