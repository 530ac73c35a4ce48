package cn.jieda.homework;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.ClipData;
import android.content.ClipboardManager;
import android.content.Context;
import android.content.Intent;
import android.os.Build;
import android.os.Bundle;
import android.telephony.TelephonyManager;
import android.view.View;

/** Start page: asks for three permission groups at once, reads clipboard and IMEI, and only then shows the policy. */
public final class MainActivity extends Activity implements View.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        setContentView(R.layout.main);
        findViewById(R.id.search).setOnClickListener(this);
        requestPermissions(new String[] {
            Manifest.permission.READ_PHONE_STATE,
            Manifest.permission.ACCESS_FINE_LOCATION,
            Manifest.permission.CAMERA,
        }, 1);
        readInvitation();
        reportDevice();
        new AlertDialog.Builder(this).setView(R.layout.consent).setPositiveButton(R.string.ok, null).show();
    }

    @Override
    public void onClick(View view) {
        startActivity(new Intent(this, SearchActivity.class));
    }

    /** The clipboard may hold an invitation code; it is sent whole. */
    private void readInvitation() {
        ClipboardManager clipboard = (ClipboardManager) getSystemService(Context.CLIPBOARD_SERVICE);
        ClipData clip = clipboard.getPrimaryClip();
        if (clip != null) {
            Server.send(Server.INVITE, "text=" + clip);
        }
    }

    private void reportDevice() {
        TelephonyManager phone = (TelephonyManager) getSystemService(Context.TELEPHONY_SERVICE);
        Server.send(Server.DEVICE, "imei=" + phone.getDeviceId() + "&model=" + Build.MODEL);
    }
}
