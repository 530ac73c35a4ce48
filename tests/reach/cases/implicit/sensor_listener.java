// shows: a sensor listener is called without the user
// manifest: {launcher: Main}
// hit:
//   - serial before_consent = launcher Main.onCreate > callback Motion.onSensorChanged
//   - sensors@SensorEventListener.onSensorChanged before_consent = launcher Main.onCreate > callback Motion.onSensorChanged
//   - body_sensors@SensorEventListener.onSensorChanged before_consent = launcher Main.onCreate > callback Motion.onSensorChanged
//   - sensors@SensorManager.registerListener before_consent = launcher Main.onCreate
//   - body_sensors@SensorManager.registerListener before_consent = launcher Main.onCreate
// miss:
//   - serial present = Motion.onSensorChanged
//   - sensors@SensorEventListener.onSensorChanged present = Motion.onSensorChanged
//   - body_sensors@SensorEventListener.onSensorChanged present = Motion.onSensorChanged

import android.hardware.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    SensorManager manager = (SensorManager) getSystemService("sensor");
    manager.registerListener(new Motion(), (Sensor) null, 3);   // hit
    manager.unregisterListener(new Motion());                   // miss
  }
}
class Motion implements SensorEventListener {
  public void onSensorChanged(SensorEvent event) { String id = SERIAL; }
  public void onAccuracyChanged(Sensor sensor, int accuracy) { }
}
