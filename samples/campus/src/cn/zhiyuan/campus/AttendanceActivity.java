package cn.zhiyuan.campus;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.Context;
import android.content.DialogInterface;
import android.content.Intent;
import android.content.pm.PackageManager;
import android.location.Location;
import android.location.LocationManager;
import android.os.Bundle;
import com.megvii.livenesslib.LivenessActivity;

/** Check-in: position and face, after saying so, each permission asked for by itself. */
public final class AttendanceActivity extends Activity implements DialogInterface.OnClickListener {
    @Override
    protected void onCreate(Bundle state) {
        super.onCreate(state);
        new AlertDialog.Builder(this)
                .setMessage(R.string.attendance_reason)
                .setPositiveButton(R.string.agree, this)
                .show();
    }

    @Override
    public void onClick(DialogInterface dialog, int which) {
        if (checkSelfPermission(Manifest.permission.ACCESS_FINE_LOCATION) != PackageManager.PERMISSION_GRANTED) {
            requestPermissions(new String[] {Manifest.permission.ACCESS_FINE_LOCATION}, 1);
        } else if (checkSelfPermission(Manifest.permission.CAMERA) != PackageManager.PERMISSION_GRANTED) {
            requestPermissions(new String[] {Manifest.permission.CAMERA}, 2);
        } else {
            checkIn();
        }
    }

    private void checkIn() {
        LocationManager places = (LocationManager) getSystemService(Context.LOCATION_SERVICE);
        Location place = places.getLastKnownLocation(LocationManager.GPS_PROVIDER);
        Server.send(Server.CHECK_IN, "{\"gps\":\"" + place.getLatitude() + "," + place.getLongitude() + "\"}");
        startActivity(new Intent(this, LivenessActivity.class));
    }
}
