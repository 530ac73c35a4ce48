package com.tencent.mm.opensdk.openapi;

import com.tencent.mm.opensdk.modelpay.PayReq;

/** STAND-IN written for this sample, none of the vendor's code: the interface of a social SDK's payment part. */
public interface IWXAPI {
    boolean sendReq(PayReq request);
}
