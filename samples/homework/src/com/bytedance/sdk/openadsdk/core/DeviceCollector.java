package com.bytedance.sdk.openadsdk.core;

import android.content.Context;
import android.location.Location;
import android.location.LocationManager;
import android.provider.Settings;
import android.telephony.TelephonyManager;

/** STAND-IN written for this sample, none of the vendor's code: reads IMEI, Android ID and the last position. */
public final class DeviceCollector implements Runnable {
    private final Context context;
    private final String url;
    private String pending;

    public DeviceCollector(Context context, String url) {
        this.context = context;
        this.url = url;
    }

    @Override
    public void run() {
        TelephonyManager phone = (TelephonyManager) context.getSystemService(Context.TELEPHONY_SERVICE);
        String androidId = Settings.Secure.getString(context.getContentResolver(), "android_id");
        LocationManager places = (LocationManager) context.getSystemService(Context.LOCATION_SERVICE);
        Location place = places.getLastKnownLocation(LocationManager.GPS_PROVIDER);
        pending = url + "\n" + phone.getDeviceId() + "\n" + androidId + "\n"
                + place.getLatitude() + "," + place.getLongitude();
    }
}
