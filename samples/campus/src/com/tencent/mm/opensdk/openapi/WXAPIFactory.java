package com.tencent.mm.opensdk.openapi;

import android.content.Context;
import com.tencent.mm.opensdk.modelpay.PayReq;

/** STAND-IN written for this sample, none of the vendor's code: hands out an API that does nothing. */
public final class WXAPIFactory {
    private WXAPIFactory() {}

    public static IWXAPI createWXAPI(Context context, String appId) {
        return new IWXAPI() {
            @Override
            public boolean sendReq(PayReq request) {
                return false;
            }
        };
    }
}
