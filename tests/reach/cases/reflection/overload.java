// shows: the parameter types choose the method; the one with a slot number is another interface
// manifest: {launcher: Main}
// hit:
//   - device.imei@Landroid/telephony/TelephonyManager;->getDeviceId(I)Ljava/lang/String; before_consent = launcher Main.onCreate
//   - device.meid@Landroid/telephony/TelephonyManager;->getDeviceId(I)Ljava/lang/String; before_consent = launcher Main.onCreate
// miss:
//   - device_id before_consent = launcher Main.onCreate
//   - meid before_consent = launcher Main.onCreate

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Object phone = getSystemService("phone");

      Method method = TelephonyManager.class.getMethod("getDeviceId", int.class); // hit
      Method method = TelephonyManager.class.getMethod("getDeviceId"); // miss
      method.invoke(phone, 1);                                  // hit
      method.invoke(phone);                                     // miss
    } catch (Exception error) { }
  }
}
