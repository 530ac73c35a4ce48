package cn.zhiyuan.campus;

import android.app.Activity;
import android.os.Bundle;
import android.view.View;
import android.widget.EditText;

/** A form whose four fields are all required: name, identity card, student number, phone. */
public final class ProfileActivity extends Activity implements View.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.profile);
        findViewById(R.id.submit).setOnClickListener(this);
    }

    @Override
    public void onClick(View view) {
        Server.send(Server.PROFILE, "{\"name\":\"" + text(R.id.name) + "\",\"idCard\":\"" + text(R.id.id_card)
                + "\",\"studentNo\":\"" + text(R.id.student_number) + "\",\"phone\":\"" + text(R.id.phone) + "\"}");
    }

    private String text(int field) {
        return ((EditText) findViewById(field)).getText().toString();
    }
}
