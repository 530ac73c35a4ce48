package com.tencent.mm.opensdk.modelpay;

/** STAND-IN written for this sample, none of the vendor's code: a payment request. */
public final class PayReq {
    public String appId;
    public String prepayId;
}
