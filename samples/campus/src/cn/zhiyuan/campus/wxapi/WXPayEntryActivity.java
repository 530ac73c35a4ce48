package cn.zhiyuan.campus.wxapi;

import android.app.Activity;
import android.os.Bundle;
import cn.zhiyuan.campus.Account;

/** Where the payment app returns to. */
public final class WXPayEntryActivity extends Activity {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        Account.markPaid(this);
        finish();
    }
}
