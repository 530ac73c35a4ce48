package com.alipay.sdk.app;

import android.app.Activity;
import android.os.Bundle;

/** STAND-IN written for this sample, none of the vendor's code: an empty payment page. */
public final class H5PayActivity extends Activity {
    static final String GATEWAY = "https://mclient.alipay.com/home/exterfaceAssign.htm";

    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setTitle(GATEWAY);
        finish();
    }
}
