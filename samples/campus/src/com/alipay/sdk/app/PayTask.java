package com.alipay.sdk.app;

import android.app.Activity;
import android.content.Intent;
import java.util.Collections;
import java.util.Map;

/** STAND-IN written for this sample: the class name of a payment SDK, none of the vendor's code. Pays nothing. */
public final class PayTask {
    private final Activity activity;

    public PayTask(Activity activity) {
        this.activity = activity;
    }

    public Map<String, String> payV2(String order, boolean showLoading) {
        activity.startActivity(new Intent(activity, H5PayActivity.class));
        return Collections.singletonMap("resultStatus", "6001");
    }
}
